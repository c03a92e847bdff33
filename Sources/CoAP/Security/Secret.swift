// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Bytes that nobody else should see: wiped when nobody needs them any more, never shown.
public final class Secret: @unchecked Sendable {
    // Sendable: the bytes are written once, before the object is shared.
    private let bytes: UnsafeMutableRawBufferPointer

    /// How many bytes.
    public var count: Int { bytes.count }

    /// Takes a copy of the bytes. Copies the caller holds are the caller's to wipe.
    public init(_ source: some Collection<UInt8>) {
        bytes = .allocate(byteCount: source.count, alignment: 1)
        bytes.copyBytes(from: source)
    }

    deinit {
        if let base = bytes.baseAddress { explicit_bzero(base, bytes.count) }
        bytes.deallocate()
    }

    /// Calls the closure with the bytes; they must not be kept.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(bytes))
    }
}

extension Secret: Equatable {
    /// Compares all bytes in a time that does not depend on where they differ.
    public static func == (lhs: Secret, rhs: Secret) -> Bool {
        guard lhs.count == rhs.count else { return false }
        return zip(lhs.bytes, rhs.bytes).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says how long the secret is and nothing else.
    public var description: String { "<secret of \(count) bytes>" }

    /// Says how long the secret is and nothing else.
    public var debugDescription: String { description }

    /// Shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
