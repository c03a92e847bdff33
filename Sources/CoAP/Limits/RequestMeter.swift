// SPDX-License-Identifier: Apache-2.0

/// Counts the requests of each address and each identity, and tells which are too many. No I/O.
struct RequestMeter {
    /// Whose request it is.
    struct Payer {
        /// Nil when the address does not count.
        var address: AddressBlock?
        /// Nil when nobody in particular asks.
        var identity: Int?
    }

    /// What becomes of a request.
    enum Verdict: Equatable {
        case carryOut
        /// It is answered 4.29 with the seconds until it may come again.
        case refuse(seconds: UInt32)
        /// It is dropped: non-confirmable, and a refusal was sent within this second.
        case ignore
    }

    /// What one block costs of a body that is under way already. More than nothing, or a block could be asked for without end.
    static let blockPrice = 1.0 / 64

    private var addresses: RateLimiter<AddressBlock>?
    private var identities: RateLimiter<Int>?
    private let addressesSpareLoopback: Bool
    private let identitiesSpareLoopback: Bool

    init(perAddress: RequestRate?, perIdentity: RequestRate?, capacity: Int = 65_536) {
        addresses = perAddress.map { RateLimiter($0, capacity: capacity) }
        identities = perIdentity.map { RateLimiter($0, capacity: capacity) }
        addressesSpareLoopback = perAddress?.sparesLoopback ?? false
        identitiesSpareLoopback = perIdentity?.sparesLoopback ?? false
    }

    /// Who pays for a peer's requests; nil when nobody does.
    func payer(_ peer: Peer) -> Payer? {
        let isLoopback = peer.address?.isLoopback ?? true
        var payer = Payer()
        if addresses != nil, !(isLoopback && addressesSpareLoopback) {
            payer.address = peer.address.map(AddressBlock.init)
        }
        if identities != nil, peer.identity != .anonymous, !(isLoopback && identitiesSpareLoopback) {
            payer.identity = peer.identity.hashValue
        }
        return payer.address == nil && payer.identity == nil ? nil : payer
    }

    /// Judges a request, and takes its tokens if it may be carried out.
    mutating func judge(_ payer: Payer, price: Double, isConfirmable: Bool, at now: MonotonicTime) -> Verdict {
        let waits = [
            payer.address.flatMap { addresses?.wait($0, price: price, at: now) },
            payer.identity.flatMap { identities?.wait($0, price: price, at: now) },
        ]
        guard let wait = waits.compactMap({ $0 }).max() else {
            if let block = payer.address { addresses?.take(block, price: price, at: now) }
            if let identity = payer.identity { identities?.take(identity, price: price, at: now) }
            return .carryOut
        }
        if !isConfirmable {
            let isAnswered =
                payer.address.flatMap { addresses?.mayAnswer($0, at: now) }
                ?? payer.identity.flatMap { identities?.mayAnswer($0, at: now) }
            if isAnswered != true { return .ignore }
        }
        return .refuse(seconds: UInt32(clamping: Int64(max(1, wait.inSeconds.rounded(.up)))))
    }
}
