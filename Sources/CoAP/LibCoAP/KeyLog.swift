// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// Hears the secrets of DTLS connections, in the NSS key log format, and hands them on.
final class KeyLog: @unchecked Sendable {
    // Sendable: nothing changes after init, and the closure takes lines from any thread.
    private let write: @Sendable (UnsafeBufferPointer<UInt8>) -> Void
    /// A `ccoap_key_log_t`. Not by its type: a capture is public, and whoever imports it would have to load the C module.
    private let hooks: OpaquePointer

    /// - Parameter write: takes a line without its end.
    init(_ write: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Void) {
        self.write = write
        let hooks = UnsafeMutablePointer<ccoap_key_log_t>.allocate(capacity: 1)
        self.hooks = OpaquePointer(hooks)
        hooks.initialize(to: ccoap_key_log_t())
        hooks.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        hooks.pointee.line = { context, line in
            guard let context, let line else { return }
            line.withMemoryRebound(to: UInt8.self, capacity: strlen(line)) { bytes in
                Unmanaged<KeyLog>.fromOpaque(context).takeUnretainedValue().write(
                    UnsafeBufferPointer(start: bytes, count: strlen(line)))
            }
        }
        hooks.pointee.release = { context in
            if let context { Unmanaged<KeyLog>.fromOpaque(context).release() }
        }
    }

    deinit { UnsafeMutablePointer<ccoap_key_log_t>(hooks).deallocate() }

    /// Hears of one connection, until it is freed.
    func follow(connection ssl: OpaquePointer) { hold { ccoap_ssl_log_keys(ssl, UnsafePointer(hooks)) == 1 } }

    /// Hears of all connections of a context, until that is freed.
    func follow(context: OpaquePointer) { hold { ccoap_ctx_log_keys(context, UnsafePointer(hooks)) == 1 } }

    /// OpenSSL holds this from now on.
    private func hold(_ give: () -> Bool) {
        let held = Unmanaged.passRetained(self)
        if !give() { held.release() }
    }
}
