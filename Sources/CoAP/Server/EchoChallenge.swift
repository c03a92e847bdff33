// SPDX-License-Identifier: Apache-2.0

/// Values of Echo that only the peer at one address can send back, and only for some time (RFC 9175 §2.2, §2.3). Nothing is
/// kept of a peer for it.
struct EchoChallenge {
    private let key: [UInt8]

    /// How long a value is good.
    static let lifetime: Duration = .seconds(300)

    init(key: [UInt8] = (0..<32).map { _ in UInt8.random(in: 0...255) }) { self.key = key }

    /// The value for a peer: when it was made, and a mark of that and the address.
    func value(for address: SocketAddress?, at now: MonotonicTime) -> [UInt8] {
        let seconds = UInt32(clamping: now.nanoseconds / 1_000_000_000)
        return value(for: address, seconds: seconds)
    }

    /// True for a value made for this peer that is not too old.
    func isValid(_ value: [UInt8], for address: SocketAddress?, at now: MonotonicTime) -> Bool {
        guard value.count == 12 else { return false }
        let seconds = value[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let present = UInt32(clamping: now.nanoseconds / 1_000_000_000)
        guard seconds <= present, present - seconds <= UInt32(Self.lifetime.inSeconds) else { return false }
        // Every byte is looked at, so that the time taken tells nothing.
        let difference = zip(value, self.value(for: address, seconds: seconds)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0
    }

    private func value(for address: SocketAddress?, seconds: UInt32) -> [UInt8] {
        let time = withUnsafeBytes(of: seconds.bigEndian, Array.init)
        var text = time + (address?.bytes ?? [])
        text += withUnsafeBytes(of: (address?.port ?? 0).bigEndian, Array.init)
        return time + MessageAuthentication.code(of: text, key: key).prefix(8)
    }
}
