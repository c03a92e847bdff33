// SPDX-License-Identifier: Apache-2.0

/// Something the loop waits for: a descriptor, and what to do when it can be read.
package protocol EventSource: AnyObject {
    /// The descriptor; it stays the same while the source is registered.
    var fileDescriptor: Int32 { get }

    /// Called on the loop when the descriptor can be read, again and again until it cannot.
    func becameReadable()
}
