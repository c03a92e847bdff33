// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// What of a file may not change when it is to be left alone.
struct FileState: Equatable {
    let bytes: Data
    let mode: mode_t
    let inode: ino_t
    let seconds: Int
    let nanoseconds: Int
}
