// SPDX-License-Identifier: Apache-2.0

package import CoAP
import Glibc

/// A way to a server that hides nothing: whole messages go out and come in, over UDP or DTLS. Every call blocks; a channel
/// belongs to one thread.
package final class WireChannel {
    /// The messages that are lost on purpose; nil for none.
    package var loss: Loss?
    /// The flight of the handshake whose first datagram is lost on purpose; nil for none.
    var losing: HandshakeFlight?
    /// How many datagrams came, DTLS's own among them.
    package private(set) var datagramsHeard = 0
    /// How many messages were lost on purpose, by what they are.
    package private(set) var lost: [Loss.Kind: Int] = [:]
    /// The flights of the handshake that went out or came in, lost or not.
    private(set) var flights: Set<HandshakeFlight> = []
    /// The flight whose first datagram was lost on purpose.
    private(set) var lostFlight: HandshakeFlight?
    /// True once that datagram was sent again, by whichever side.
    private(set) var isLostFlightRepeated = false
    /// How often this side repeated a flight of the handshake.
    private(set) var handshakeRepetitions = 0

    let dtls: DTLSChannel?
    let log: WireLog
    private let descriptor: Int32
    /// What came and was not looked at yet.
    private var arrived: [[UInt8]] = []
    /// What the lost datagram of the handshake began with.
    private var lostHead: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    deinit { close(descriptor) }

    /// A channel that has not sent anything.
    ///
    /// - Throws: ``CaseEnd`` when the system has no way there, or OpenSSL refuses the credentials.
    init(
        to address: SocketAddress, _ security: ClientSecurity, host: String, suites: [String]? = nil, log: WireLog
    ) throws(CaseEnd) {
        self.log = log
        guard let socket = address.connectedSocket() else { throw .inconclusive("there is no way to \(address)") }
        descriptor = socket
        if case .plain = security {
            dtls = nil
        } else {
            do throws(CoAPError) { dtls = try DTLSChannel(security, host: host, suites: suites) } catch {
                dtls = nil
                throw .inconclusive(error.description)
            }
        }
    }

    /// Does the handshake, if there is one, until it is done, failed or the time is over.
    func connect(within patience: Duration = .seconds(20)) -> DTLSChannel.State {
        guard let dtls else { return .connected }
        let deadline = MonotonicTime.now + patience
        dtls.handshake()
        flush()
        while dtls.state == .connecting, MonotonicTime.now < deadline { step(until: deadline) }
        flush()
        noteAlerts()
        if dtls.state == .connected { log.note("** DTLS 1.2 \(dtls.cipherSuite ?? "?")") }
        if case .failed(let reason) = dtls.state { log.note("** no handshake: \(PrintableText.escaped(reason.utf8))") }
        return dtls.state
    }

    /// Begins the handshake and waits until anything comes; false when nothing does.
    func isHeard(within patience: Duration) -> Bool {
        let deadline = MonotonicTime.now + patience
        dtls?.handshake()
        flush()
        while datagramsHeard == 0, MonotonicTime.now < deadline { step(until: deadline) }
        return datagramsHeard > 0
    }

    private func noteAlerts() {
        for alert in dtls?.alerts ?? [] {
            let grade = alert.isFatal ? "fatal" : "warning"
            log.note("** alert \(alert.isSent ? "sent" : "received"): \(grade) \(alert.name) (\(alert.number))")
        }
    }

    /// Sends a message, whatever is in it.
    package func send(_ message: Message, remark: String = "") {
        guard !loses(message, outgoing: true) else { return log.note("-x", message, "lost on purpose") }
        log.note("->", message, remark)
        sendBytes(message.bytes)
    }

    private func sendBytes(_ bytes: [UInt8]) {
        guard let dtls else { return transmit(bytes) }
        _ = dtls.send(bytes)
        for datagram in dtls.takeOutgoing() { transmit(datagram) }
    }

    /// The next datagram's payload; nil when none comes before the deadline.
    func receive(until deadline: MonotonicTime) -> [UInt8]? {
        repeat {
            if !arrived.isEmpty { return arrived.removeFirst() }
            step(until: deadline)
        } while MonotonicTime.now < deadline
        return arrived.isEmpty ? nil : arrived.removeFirst()
    }

    /// Says goodbye.
    func goodbye() {
        dtls?.close()
        for datagram in dtls?.takeOutgoing() ?? [] { transmit(datagram) }
    }

    private func loses(_ message: Message?, outgoing: Bool) -> Bool {
        let kind = Loss.Kind(message, outgoing: outgoing)
        guard loss?.loses(kind, outgoing: outgoing) ?? false else { return false }
        lost[kind, default: 0] += 1
        return true
    }

    /// True when a datagram of the handshake is the one that is to be lost.
    private func loses(handshake datagram: [UInt8], outgoing: Bool) -> Bool {
        guard let flight = HandshakeFlight(datagram, outgoing: outgoing) else { return false }
        flights.insert(flight)
        let head = HandshakeFlight.head(datagram)
        if flight == lostFlight, head == lostHead { isLostFlightRepeated = true }
        guard flight == losing else { return false }
        losing = nil
        lostFlight = flight
        lostHead = head
        return true
    }

    /// Sends what the handshake wants sent, by way of what is lost.
    private func flush() {
        for datagram in dtls?.takeOutgoing() ?? [] {
            if loses(handshake: datagram, outgoing: true) {
                log.note("-x handshake record of \(datagram.count) bytes (lost on purpose)")
            } else {
                transmit(datagram)
            }
        }
    }

    private func transmit(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Waits for one datagram or a timer of the handshake.
    private func step(until deadline: MonotonicTime) {
        var wait = deadline - .now
        if let timeout = dtls?.timeout { wait = min(wait, timeout) }
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(clamping: wait.clampedNanoseconds / 1_000_000 + 1)
        if poll(&watched, 1, milliseconds) > 0 {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count >= 0 {
                take(Array(buffer.prefix(count)))
            } else if errno != EAGAIN, errno != EINTR {
                // Nobody listens there, says the host; the deadline decides, without spinning.
                usleep(20_000)
            }
        }
        if let dtls, dtls.timeout.map({ $0 <= .zero }) ?? false, dtls.handleTimeout() {
            handshakeRepetitions += 1
            log.note("-> the last flight of the handshake again")
        }
        if dtls?.state != .connected { flush() }
    }

    private func take(_ datagram: [UInt8]) {
        datagramsHeard += 1
        guard let dtls else {
            if loses(Message(datagram), outgoing: false) { return noteLost(datagram) }
            return arrived.append(datagram)
        }
        if loses(handshake: datagram, outgoing: false) {
            return log.note("x- handshake datagram of \(datagram.count) bytes (lost on purpose)")
        }
        for message in dtls.receive(datagram) {
            if loses(Message(message), outgoing: false) { noteLost(message) } else { arrived.append(message) }
        }
        flush()
    }

    private func noteLost(_ bytes: [UInt8]) {
        if let message = Message(bytes) {
            log.note("x-", message, "lost on purpose")
        } else {
            log.note("x- \(bytes.count) bytes (lost on purpose)")
        }
    }
}
