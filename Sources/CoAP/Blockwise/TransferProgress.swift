// SPDX-License-Identifier: Apache-2.0

/// How far a transfer in blocks is (RFC 7959).
public struct TransferProgress: Hashable, Sendable {
    /// How many bytes of the body have arrived, here or at the server.
    public var completed: Int

    /// How many bytes the body has; nil when nobody said so. What a server says (Size2) is a hint and may be wrong.
    public var total: Int?

    /// The part that is done, 0 to 1; nil when the whole is not known.
    public var fraction: Double? {
        guard let total, total > 0 else { return nil }
        return min(1, Double(completed) / Double(total))
    }

    /// So many bytes of so many.
    public init(completed: Int, total: Int? = nil) {
        self.completed = completed
        self.total = total
    }
}
