#pragma once

#include <vector>

#include "mnist/image/image.hpp"

namespace mnist {

/// Each pixel the mean of factor×factor source pixels, of fewer at the right and bottom edges.
FloatImage shrink(const GreyImage& image, int factor);
FloatImage shrink(const FloatImage& image, int factor);

/// The mean of the square of 2·radius + 1 pixels around each pixel, as far as it is in the image.
FloatImage box_mean(const FloatImage& image, int radius);

/// Fills what is dark and narrower than 2·radius + 1 pixels: the morphological closing with a
/// square, the lowest of the highest values of all such squares that a pixel is in.
FloatImage closing(const FloatImage& image, int radius);

/// As `closing`, with a row of 2·radius + 1 pixels.
FloatImage closing_along_rows(const FloatImage& image, int radius);

/// Rows become columns.
FloatImage transposed(const FloatImage& image);

/// The part `box` of the image, resampled to width×height pixels with a triangle filter: linear
/// interpolation where it grows, an anti-aliased mean where it shrinks.
FloatImage resample(const FloatImage& image, const Box& box, int width, int height);

/// The value that `share` (0 to 1) of the values, of which there is at least one, are below; of
/// very many, that of an even sample.
float quantile(const std::vector<float>& values, double share);

/// The standard deviation of deviations from zero, of which there is at least one, if the smaller
/// ones are normal: 40% of these are below 0.524 of it. Larger ones, of strokes say, do not count.
/// `sizes` has no signs.
float standard_deviation_of_most(const std::vector<float>& sizes);

}  // namespace mnist
