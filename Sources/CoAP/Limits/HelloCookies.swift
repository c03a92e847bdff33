// SPDX-License-Identifier: Apache-2.0

/// Cookies that only the peer at one address can send back, and only with the hello they were made for (RFC 6347 §4.2.1).
/// Nothing is kept of a peer for it.
struct HelloCookies {
    /// After how long another secret is used; cookies of the one before are good for as long again.
    static let lifetime: Duration = .seconds(120)
    /// The bytes of a cookie: which of two secrets it was made with, and the code.
    static let size = 32

    private var secrets: [[UInt8]]
    private var newest = 0
    private var changed: MonotonicTime
    private let makeSecret: () -> [UInt8]

    init(
        at now: MonotonicTime, secret: @escaping () -> [UInt8] = { (0..<32).map { _ in UInt8.random(in: 0...255) } }
    ) {
        makeSecret = secret
        secrets = [secret(), secret()]
        changed = now
    }

    /// The cookie of a hello.
    mutating func cookie(for text: [UInt8], at now: MonotonicTime) -> [UInt8] {
        renew(at: now)
        return cookie(for: text, with: newest)
    }

    /// True for a cookie made for this hello that is not too old.
    mutating func isValid(_ cookie: ArraySlice<UInt8>, for text: [UInt8], at now: MonotonicTime) -> Bool {
        guard cookie.count == Self.size, let which = cookie.first, which < 2 else { return false }
        renew(at: now)
        let right = self.cookie(for: text, with: Int(which))
        // Every byte is looked at, so that the time taken tells nothing.
        return zip(right, cookie).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 && right.count == Self.size
    }

    private mutating func renew(at now: MonotonicTime) {
        let age = now - changed
        guard age >= Self.lifetime else { return }
        // After two lifetimes both are too old.
        if age >= Self.lifetime * 2 { secrets[newest] = makeSecret() }
        newest = 1 - newest
        secrets[newest] = makeSecret()
        changed = now
    }

    private func cookie(for text: [UInt8], with which: Int) -> [UInt8] {
        [UInt8(which)] + MessageAuthentication.code(of: text, key: secrets[which]).prefix(Self.size - 1)
    }
}
