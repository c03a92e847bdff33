// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Whether the programs are built with a sanitizer, whose own memory drowns theirs.
enum Sanitizer {
    static var isActive: Bool { dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil }
}
