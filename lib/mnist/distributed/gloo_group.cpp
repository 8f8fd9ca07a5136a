#include <c10/util/intrusive_ptr.h>
#include <torch/types.h>
#include <unistd.h>

#include <future>
#include <thread>

// What LibTorch was built with, which some of its packages do not hand on.
#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <string_view>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>
#include <vector>

#include "mnist/distributed/join.hpp"
#include "mnist/distributed/sockets.hpp"
#include "mnist/error.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

/// c10d's, which can let go of the store where its processes met: while that lives, rank 0 listens.
class Gloo : public c10d::ProcessGroupGloo {
 public:
  using ProcessGroupGloo::ProcessGroupGloo;
  void close_store() { store_.reset(); }
};
using GlooPointer = c10::intrusive_ptr<Gloo>;

/// Newer LibTorches take a socket that listens on the address that was asked for, and 1.13 listens
/// on all addresses of the machine, where it is but tried whether that one can be listened on.
/// `Options` is a parameter so that both compile.
template <typename Options>
void listen(Options& options, const Membership& membership) {
  const int descriptor = listen_on(membership.host, membership.port);
  if constexpr (requires { options.masterListenFd; }) {
    options.masterListenFd = descriptor;
  } else {
    ::close(descriptor);
  }
}

/// The store's other backend, in newer LibTorches, takes no such socket.
template <typename Options>
void choose_backend(Options& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

/// Whoever calls gives up before this store does, which would log that first.
c10::intrusive_ptr<c10d::Store> open_store(const Membership& membership,
                                           std::chrono::seconds patience) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(membership.port);
  options.isServer = membership.rank == 0;
  options.numWorkers = static_cast<std::size_t>(membership.size);
  options.timeout = 2 * patience + std::chrono::seconds(5);
  choose_backend(options);
  if (options.isServer) listen(options, membership);
  auto store = c10::make_intrusive<c10d::TCPStore>(membership.host, options);
  return c10::make_intrusive<c10d::PrefixStore>(membership.attempt, std::move(store));
}

GlooPointer make_gloo(const Membership& membership, std::chrono::seconds patience) {
  const auto store = open_store(membership, patience);
  auto options = c10d::ProcessGroupGloo::Options::create(patience);
  options->threads = 1;  // for collective operations, of which there are none
  options->devices = {c10d::ProcessGroupGloo::createDeviceForHostname(
      own_address_towards(membership.host, membership.port))};
  return c10::make_intrusive<Gloo>(store, membership.rank, membership.size, options);
}

/// A thread of its own makes it: c10d waits without end for its store's first answer, and Gloo for
/// the first connections five times as long as it is told. Where that takes too long, the thread is
/// left behind with all that it holds, as the process is about to end.
GlooPointer connect(const Membership& membership, std::chrono::seconds patience) {
  const auto not_all_came = [&](std::string_view why) {
    return Error("not all of the {} processes came to {}, port {}, or reach each other, in {} s{}",
                 membership.size, membership.host, membership.port, patience.count(), why);
  };
  // A machine that has just been started may not know its own name yet, as in Kubernetes.
  const auto wait = membership.rank == 0 ? wait_for_address : wait_for_listener;
  wait(membership.host, membership.port, patience);
  std::packaged_task<GlooPointer()> task([=] { return make_gloo(membership, patience); });
  std::future<GlooPointer> gloo = task.get_future();
  std::thread(std::move(task)).detach();
  if (gloo.wait_for(patience) != std::future_status::ready) throw not_all_came("");
  try {
    return gloo.get();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw not_all_came(": " + one_line(error));
  }
}

torch::Tensor bytes_at(const void* data, std::size_t size) {
  return torch::from_blob(const_cast<void*>(data), {static_cast<std::int64_t>(size)},
                          torch::kUInt8);
}

class GlooGroup : public ProcessGroup {
 public:
  GlooGroup(const Membership& membership, std::chrono::seconds patience)
      : ProcessGroup(membership.rank, membership.size),
        patience_(patience),
        gloo_(connect(membership, patience)) {
    hosts_ = gather(host_name());
    gloo_->close_store();  // all have exchanged something, so all have met
  }

  std::string name_of(int rank) const override {
    if (hosts_.empty()) return ProcessGroup::name_of(rank);
    return fmt::format("rank {} on {}", rank, hosts_[static_cast<std::size_t>(rank)]);
  }

 private:
  void exchange(int peer, int tag, std::span<const std::byte> sent,
                std::span<std::byte> received) override {
    std::vector<torch::Tensor> out{bytes_at(sent.data(), sent.size())};
    std::vector<torch::Tensor> in{bytes_at(received.data(), received.size())};
    try {
      decltype(gloo_->recv(in, peer, tag)) receiving, sending;
      if (!received.empty()) receiving = gloo_->recv(in, peer, tag);
      if (!sent.empty()) sending = gloo_->send(out, peer, tag);
      if (receiving) receiving->wait();
      if (sending) sending->wait();
    } catch (const std::exception& error) {
      // c10d would wait for the others as it goes, and memory that they were to fill would be gone.
      [[maybe_unused]] auto* left = GlooPointer(gloo_).release();
      throw Error("{}", what_became_of(peer, error));
    }
  }

  std::string what_became_of(int peer, const std::exception& error) const {
    const std::string text = one_line(error), who = name_of(peer);
    const auto says = [&](std::string_view what) { return text.find(what) != std::string::npos; };
    if (says("imed out") || says("imeout")) {
      return fmt::format("{} did not answer within {} s", who, patience_.count());
    }
    if (says("closed") || says("reset") || says("roken pipe")) {
      return fmt::format("{} has ended, or the network between", who);
    }
    return fmt::format("the exchange with {} failed: {}", who, text);
  }

  std::chrono::seconds patience_;
  GlooPointer gloo_;
  std::vector<std::string> hosts_ = {};  ///< by rank; empty until all have met
};

}  // namespace

bool can_join_others() { return true; }

std::unique_ptr<ProcessGroup> join(const Membership& membership, std::chrono::seconds patience) {
  if (membership.size == 1) return std::make_unique<ProcessGroup>();
  return std::make_unique<GlooGroup>(membership, patience);
}

}  // namespace mnist
