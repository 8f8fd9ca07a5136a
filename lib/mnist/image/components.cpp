#include "mnist/image/components.hpp"

#include <algorithm>

namespace mnist {
namespace {

struct Point {
  int x = 0;
  int y = 0;
};

class Labeller {
 public:
  Labeller(const FloatImage& ink, float threshold)
      : ink_(ink), threshold_(threshold), labels_(ink.width, ink.height, -1) {}

  Components label() {
    std::vector<Component> list;
    for (int y = 0; y < ink_.height; ++y) {
      for (int x = 0; x < ink_.width; ++x) {
        if (is_new(x, y)) list.push_back(fill({x, y}, static_cast<int>(list.size())));
      }
    }
    return {std::move(list), std::move(labels_)};
  }

 private:
  bool is_new(int x, int y) const { return ink_.at(x, y) >= threshold_ && labels_.at(x, y) < 0; }

  Component fill(Point start, int label) {
    Component component{.box = {start.x, start.y, start.x + 1, start.y + 1}};
    labels_.at(start.x, start.y) = label;
    open_.assign(1, start);
    while (!open_.empty()) {
      const Point point = open_.back();
      open_.pop_back();
      add(component, point);
      for (int y = std::max(point.y - 1, 0); y <= std::min(point.y + 1, ink_.height - 1); ++y) {
        for (int x = std::max(point.x - 1, 0); x <= std::min(point.x + 1, ink_.width - 1); ++x) {
          if (!is_new(x, y)) continue;
          labels_.at(x, y) = label;
          open_.push_back({x, y});
        }
      }
    }
    return component;
  }

  void add(Component& component, Point point) const {
    Box& box = component.box;
    box = {std::min(box.left, point.x), std::min(box.top, point.y),
           std::max(box.right, point.x + 1), std::max(box.bottom, point.y + 1)};
    component.ink += ink_.at(point.x, point.y);
  }

  const FloatImage& ink_;
  float threshold_;
  Image<int> labels_;
  std::vector<Point> open_;
};

}  // namespace

Components find_components(const FloatImage& ink, float threshold) {
  return Labeller(ink, threshold).label();
}

}  // namespace mnist
