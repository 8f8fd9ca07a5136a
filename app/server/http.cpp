#include "server/http.hpp"

#include <nlohmann/json.hpp>

namespace mnist {

HttpAnswer error_answer(int status, const std::string& text) {
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
  return {.status = status,
          .body = nlohmann::json{{"error", text}}.dump(-1, ' ', true, kReplace) + '\n'};
}

}  // namespace mnist
