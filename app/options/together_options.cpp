#include "options/together_options.hpp"

#include <cstdlib>
#include <string_view>

namespace mnist {

Membership TogetherOptions::membership(const c10::Device& device) const {
  Membership membership = given();
  if (membership.size > 1 && !device.is_cpu()) {
    throw UsageError("several processes take the cpu: --device is '{}'", device.str());
  }
  return membership;
}

Membership TogetherOptions::given() const {
  if (world_size == 1 && rank <= 0) return {};
  const int parts = (rank >= 0 ? 1 : 0) + (world_size != 0 ? 1 : 0) + (rendezvous.empty() ? 0 : 1);
  if (parts == 0) return membership_in([](const char* name) { return std::getenv(name); });
  if (parts != 3) {
    throw UsageError("--rank, --world-size and --rendezvous belong together: expected all or none");
  }
  if (rank >= world_size) {
    throw UsageError("--rank is {}: expected less than --world-size, which is {}", rank,
                     world_size);
  }
  Membership membership{.rank = rank, .size = world_size, .starter = "--world-size"};
  set_meeting_point(membership, rendezvous);
  return membership;
}

Text meeting_point() {
  return {.accepts =
              [](std::string_view text) {
                Membership membership;
                return set_meeting_point(membership, text);
              },
          .expected = "HOST:PORT, as in node1:29400 or [::1]:29400"};
}

}  // namespace mnist
