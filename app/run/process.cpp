#include "run/process.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "mnist/error.hpp"
#include "mnist/machine/thread_pool.hpp"

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

/// The same in the first version of control groups.
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

void prepare_process() {
  // What is written to a closed stdout has to fail, and not to land in the next file opened.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    ::open(descriptor == STDOUT_FILENO ? "/dev/full" : "/dev/null", O_RDWR);
  }
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
#ifdef __GLIBC__
  // Every activation is larger than what malloc keeps, so it would be mapped, faulted in page by
  // page and unmapped at each step: a third of the time.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

void flush_stdout() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error("cannot write to the standard output");
  }
}

int available_cores() {
  double cores = std::max(1U, std::thread::hardware_concurrency());
  cpu_set_t affinity;
  if (sched_getaffinity(0, sizeof affinity, &affinity) == 0) {
    cores = std::min(cores, static_cast<double>(CPU_COUNT(&affinity)));
  }
  return static_cast<int>(std::max(1.0, std::floor(std::min(cores, container_quota()))));
}

void set_threads(int count) {
  at::set_num_threads(count);
  // Adam's moments of weights that no longer learn decay into denormal numbers, which are slow.
  at::globalContext().setFlushDenormal(true);
  set_kernel_threads(count);
}

}  // namespace mnist
