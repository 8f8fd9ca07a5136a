#pragma once

namespace mnist {

/// Has the allocator keep memory that was freed. Every activation is larger than what glibc's
/// malloc keeps by default, so it would be mapped, faulted in page by page and unmapped at each
/// step: a third of the time. To be called before the first tensor.
void keep_freed_memory();

}  // namespace mnist
