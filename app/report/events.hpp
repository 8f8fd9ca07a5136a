#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mnist/image/image.hpp"
#include "run/run_record.hpp"

// What TensorBoard reads of a run, as bytes: `Event` of TensorFlow's event.proto and, within it,
// `Summary` of summary.proto. A time is in seconds since 1970.
namespace mnist {

/// As it stands in an event file: its length, that of these bytes' CRC, the event, its CRC.
/// https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
std::string event_record(std::string_view event);

/// The CRC-32C as these records have it.
std::uint32_t masked_crc(std::string_view bytes);

/// The first event of a file.
std::string version_event(double time);

/// What earlier files of the folder say of `step` and those after it is void.
std::string restart_event(double time, std::int64_t step);

std::string scalar_event(double time, std::int64_t step, const std::string& tag, double value);

struct EventImage {
  std::string tag;
  std::string caption;  ///< plain text
  GreyImage pixels;
};
std::string image_event(double time, std::int64_t step, const EventImage& image);

/// The options on record as the hyper-parameters of a session that starts, for the plugin hparams.
std::string hparams_event(double time, const RunRecord& run);
/// That session has ended well.
std::string end_of_session_event(double time);

}  // namespace mnist
