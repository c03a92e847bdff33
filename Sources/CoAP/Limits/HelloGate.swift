// SPDX-License-Identifier: Apache-2.0

/// Judges each datagram of DTLS endpoints before anything is kept of its sender. No I/O.
///
/// A hello without the right cookie is answered statelessly (RFC 6347 §4.2.1), so forged addresses cost no memory. One
/// with the right cookie, from a peer that has a connection already, tells that this peer has begun anew and is where it
/// says: its old connection ends (RFC 6347 §4.2.8). Whatever else comes from where there is no connection is dropped.
struct HelloGate {
    /// What is known of a flow.
    private struct Entry {
        let random: SIMD4<UInt64>
        var connection: OpaquePointer?
        var isEstablished = false
    }

    /// What becomes of a datagram.
    enum Verdict: Equatable {
        /// It belongs to a connection.
        case pass
        /// It belongs to a connection whose handshake it may end: it has a Finished in it, or a forged one.
        case passFinished(OpaquePointer)
        /// It is a message of plain CoAP, and nobody's; its address may be forged.
        case plainCoAP
        /// It is a hello with this cookie, which is right.
        case admit(cookie: [UInt8])
        /// It is a hello that is answered so, and forgotten.
        case reply([UInt8])
        /// It is a hello with the right cookie of a peer that has a connection, which ends: ``nextRestarting()`` names it.
        case restart
        case drop(Reason)
    }

    /// Why a datagram was dropped.
    enum Reason: String {
        /// A hello that is none.
        case malformed
        /// A hello in pieces.
        case fragmented
        /// A hello of an address that has its share of handshakes under way.
        case crowded
        /// A hello that began the connection that is established, once more, or one too soon after another.
        case repeated
        /// Any other record, and no connection.
        case stray
    }

    /// How many peers may begin anew between two looks at ``nextRestarting()``; others come again in a second.
    static let restartsAtOnce = 16
    /// How many handshakes may make room between two looks at ``nextCrowdedOut()``: others come again in a second.
    private static let evictionsAtOnce = 4

    private var entries: [Flow: Entry] = [:]
    private var flows: [OpaquePointer: Flow] = [:]
    private var cookies: HelloCookies
    private var places: HandshakePlaces
    private var current: Flow?
    /// The flows whose hellos were admitted since the last look at them.
    private var admitted: [Flow] = []
    private var restarting: [OpaquePointer] = []
    private var crowdedOut: [OpaquePointer] = []

    /// - Parameter handshakes: how many may be under way at once.
    init(handshakes: Int, at now: MonotonicTime) {
        cookies = HelloCookies(at: now)
        places = HandshakePlaces(capacity: handshakes)
    }

    /// How many connections there are, and how many handshakes are under way.
    var counts: (flows: Int, handshakes: Int) { (entries.count, places.count) }

    /// Judges a datagram.
    ///
    /// - Parameters:
    ///   - datagram: its bytes.
    ///   - flow: where it comes from.
    ///   - local: the address it was sent to.
    mutating func judge(
        _ datagram: Span<UInt8>, from flow: Flow, to local: [UInt8], now: @autoclosure () -> MonotonicTime
    ) -> Verdict {
        guard ClientHello.isAtStart(of: datagram) else {
            if let entry = entries[flow] {
                guard let connection = entry.connection, !entry.isEstablished, RecordHeaders.holdFinished(datagram)
                else { return .pass }
                return .passFinished(connection)
            }
            // The first two bits of a CoAP message are its version, 1; no record of DTLS begins so.
            return datagram.count >= 4 && datagram[0] & 0xC0 == 0x40 ? .plainCoAP : .drop(.stray)
        }
        let hello: ClientHello
        do throws(ClientHello.Problem) { hello = try ClientHello(datagram) } catch {
            return .drop(error == .malformed ? .malformed : .fragmented)
        }
        let now = now()
        let text = Self.text(of: hello, datagram, flow, local)
        let cookie = hello.cookie.map { datagram[$0] }
        guard !cookie.isEmpty, cookies.isValid(cookie[...], for: text, at: now) else {
            return .reply(hello.verifyRequest(cookie: cookies.cookie(for: text, at: now)))
        }
        if let entry = entries[flow] {
            if entry.random == hello.random {
                // A copy; the handshake under way may need it.
                if entry.isEstablished { return .drop(.repeated) }
                if entry.connection == nil { current = flow }
                return .admit(cookie: cookie)
            }
            if let connection = entry.connection {
                guard restarting.count < Self.restartsAtOnce, !restarting.contains(connection) else {
                    return .drop(.repeated)
                }
                restarting.append(connection)
                return .restart
            }
            forget(flow)
        }
        guard takePlace(flow) else { return .drop(.crowded) }
        entries[flow] = Entry(random: hello.random)
        admitted.append(flow)
        current = flow
        return .admit(cookie: cookie)
    }

    /// A handshake starts with the hello that was admitted last.
    mutating func started(_ connection: OpaquePointer) {
        guard let flow = current, flows[connection] == nil, entries[flow]?.connection == nil else { return }
        entries[flow]?.connection = connection
        flows[connection] = flow
        current = nil
    }

    /// A handshake is done.
    mutating func established(_ connection: OpaquePointer) {
        guard let flow = flows[connection], entries[flow]?.isEstablished == false else { return }
        entries[flow]?.isEstablished = true
        places.giveBack(flow)
        crowdedOut.removeAll { $0 == connection }
    }

    /// A connection is gone.
    mutating func ended(_ connection: OpaquePointer) {
        restarting.removeAll { $0 == connection }
        crowdedOut.removeAll { $0 == connection }
        if let flow = flows.removeValue(forKey: connection) { forget(flow) }
    }

    /// Takes out the next connection whose peer has begun anew, of those that are not gone already.
    mutating func nextRestarting() -> OpaquePointer? { restarting.isEmpty ? nil : restarting.removeFirst() }

    /// Takes out the next connection whose handshake has lost its place to one of an address with fewer of them.
    mutating func nextCrowdedOut() -> OpaquePointer? { crowdedOut.popLast() }
    /// True when there are such connections.
    var hasCrowdedOut: Bool { !crowdedOut.isEmpty }

    /// libcoap has dealt with all that was admitted: what became no connection by now never will.
    mutating func dispatched() {
        guard !admitted.isEmpty else { return }
        for flow in admitted where entries[flow].map({ $0.connection == nil }) ?? false { forget(flow) }
        admitted.removeAll(keepingCapacity: true)
        current = nil
    }

    private mutating func takePlace(_ flow: Flow) -> Bool {
        switch places.take(flow) {
        case .taken: return true
        case .refused: return false
        case .insteadOf(let other):
            guard crowdedOut.count < Self.evictionsAtOnce, let connection = entries[other]?.connection else {
                return false
            }
            places.replace(other, by: flow)
            crowdedOut.append(connection)
            return true
        }
    }

    private mutating func forget(_ flow: Flow) {
        guard let entry = entries.removeValue(forKey: flow) else { return }
        if !entry.isEstablished { places.giveBack(flow) }
    }

    /// What a cookie is made of: both addresses, and what must be the same in both hellos.
    private static func text(
        of hello: ClientHello, _ datagram: Span<UInt8>, _ flow: Flow, _ local: [UInt8]
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        flow.append(to: &text)
        text.append(UInt8(local.count))
        text += local
        for index in hello.parameters.before { text.append(datagram[index]) }
        for index in hello.parameters.behind { text.append(datagram[index]) }
        return text
    }
}
