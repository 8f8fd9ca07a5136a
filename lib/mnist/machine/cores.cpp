#include "mnist/machine/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

namespace mnist {
namespace {

/// A quota in cores; files that are not there, "max" and -1 all mean that there is none.
double read_quota(std::istream& quota_file, std::istream& period_file) {
  double quota = 0, period = 0;
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0) {
    return quota / period;
  }
  return std::numeric_limits<double>::infinity();
}

/// The quota of control group `folder`: cpu.max holds "QUOTA PERIOD" or "max PERIOD".
/// https://docs.kernel.org/admin-guide/cgroup-v2.html
double quota_v2(const std::filesystem::path& folder) {
  std::ifstream file(folder / "cpu.max");
  return read_quota(file, file);
}

/// The quota in the first version of control groups.
double quota_v1() {
  const std::filesystem::path folder = "/sys/fs/cgroup/cpu";
  std::ifstream quota(folder / "cpu.cfs_quota_us"), period(folder / "cpu.cfs_period_us");
  return read_quota(quota, period);
}

/// The smallest quota on the way from this process's control group up to the root.
double container_quota() {
  const std::filesystem::path root = "/sys/fs/cgroup";
  double quota = std::min(quota_v1(), quota_v2(root));
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::filesystem::path group = line.substr(4); !group.empty();
         group = group.parent_path()) {
      quota = std::min(quota, quota_v2(root / group));
    }
  }
  return quota;
}

}  // namespace

int available_cores() {
  double cores = std::max(1U, std::thread::hardware_concurrency());
  cpu_set_t affinity;
  if (sched_getaffinity(0, sizeof affinity, &affinity) == 0) {
    cores = std::min(cores, static_cast<double>(CPU_COUNT(&affinity)));
  }
  return static_cast<int>(std::max(1.0, std::floor(std::min(cores, container_quota()))));
}

}  // namespace mnist
