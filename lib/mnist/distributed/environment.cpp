#include "mnist/distributed/environment.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <string_view>

#include "mnist/error.hpp"

namespace mnist {
namespace {

/// The variables by which those who start processes tell each its place.
struct Starter {
  const char *name, *rank, *size;
};
constexpr Starter kStarters[] = {
    {"torchrun", "RANK", "WORLD_SIZE"},
    {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    {"MPICH", "PMI_RANK", "PMI_SIZE"},
    // $SLURM_NTASKS is there in a batch script too, which is one process.
    {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
};
constexpr int kMostProcesses = 4096, kMostPort = 65535;

/// Empty for a variable that is not set.
std::string value_of(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value ? value : "";
}

std::optional<int> whole_number(std::string_view text, int least, int most) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || last != end || number < least || number > most) return std::nullopt;
  return number;
}

int number_in(const Environment& environment, const char* name, int least, int most) {
  const std::string text = value_of(environment, name);
  if (const auto number = whole_number(text, least, most)) return *number;
  throw Error("${} is '{}': expected a whole number from {} to {}", name, text, least, most);
}

void set_meeting_point(Membership& membership, const Environment& environment) {
  membership.host = value_of(environment, "MASTER_ADDR");
  if (membership.host.empty() || value_of(environment, "MASTER_PORT").empty()) {
    throw Error(
        "{} started {} processes, and where they meet is not said: set $MASTER_ADDR and "
        "$MASTER_PORT, an address of rank 0's machine and a free port there",
        membership.starter, membership.size);
  }
  membership.port = number_in(environment, "MASTER_PORT", 1, kMostPort);
  // torchrun itself listens on that port, and speaks with the LibTorch of its Python.
  if (value_of(environment, "TORCHELASTIC_USE_AGENT_STORE") == "True") {
    membership.port = membership.port % kMostPort + 1;
  }
  membership.attempt = value_of(environment, "TORCHELASTIC_RESTART_COUNT");
}

}  // namespace

Membership membership_in(const Environment& environment) {
  const auto* starter = std::ranges::find_if(kStarters, [&](const Starter& one) {
    return !value_of(environment, one.rank).empty() && !value_of(environment, one.size).empty();
  });
  if (starter == std::end(kStarters)) return {};
  Membership membership;
  membership.starter = starter->name;
  membership.size = number_in(environment, starter->size, 1, kMostProcesses);
  membership.rank = number_in(environment, starter->rank, 0, membership.size - 1);
  if (membership.size > 1) set_meeting_point(membership, environment);
  return membership;
}

bool set_meeting_point(Membership& membership, std::string_view text) {
  const std::size_t colon = std::min(text.rfind(':'), text.size());
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return false;
  }
  const auto port = whole_number(text.substr(std::min(colon + 1, text.size())), 1, kMostPort);
  if (host.empty() || !port) return false;
  membership.host = host;
  membership.port = *port;
  return true;
}

}  // namespace mnist
