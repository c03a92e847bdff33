// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// Stands before the DTLS endpoints of a server's context and has a ``HelloGate`` judge their datagrams. Confined to its
/// context's loop.
final class HelloGuard {
    /// What it reports, in the middle of libcoap's own work.
    enum Report {
        /// A hello was answered statelessly.
        case challenged
        /// A hello with the right cookie came of a peer that has a connection, and is kept until that has ended.
        case restarted
        /// A handshake has lost its place to one of another address, and is to end.
        case crowdedOut
        /// What may end a connection's handshake came, and is passed on.
        case finished(OpaquePointer)
        case dropped(HelloGate.Reason)
        /// A message of plain CoAP came; its address may be forged.
        case plainCoAP(SocketAddress)
    }

    private var gate: HelloGate
    private let pointer: UnsafeMutablePointer<ccoap_gate_t>
    private var descriptors: UnsafeMutableBufferPointer<Int32>
    private let report: (Report) -> Void

    /// - Parameters:
    ///   - handshakes: how many may be under way at once.
    ///   - report: called with what becomes of datagrams that are not passed on.
    init(handshakes: Int, report: @escaping (Report) -> Void) {
        gate = HelloGate(handshakes: handshakes, at: .now)
        self.report = report
        descriptors = .allocate(capacity: 0)
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: ccoap_gate_t())
        pointer.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        pointer.pointee.judge = { argument, datagram, reply, length in
            guard let argument, let datagram, let reply, let length else { return CCOAP_DROP }
            return Unmanaged<HelloGuard>.fromOpaque(argument).takeUnretainedValue().judge(datagram, reply, length)
        }
    }

    deinit {
        pointer.deallocate()
        descriptors.deallocate()
    }

    /// Guards one more socket.
    func add(_ descriptor: Int32) {
        let longer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: descriptors.count + 1)
        _ = longer.update(fromContentsOf: descriptors)
        longer[descriptors.count] = descriptor
        descriptors.deallocate()
        descriptors = longer
        pointer.pointee.descriptors = UnsafePointer(longer.baseAddress)
        pointer.pointee.descriptor_count = longer.count
    }

    /// Has the sockets read through the gate while the closure runs.
    func whileReading(_ body: () -> Void) {
        ccoap_gate_watch(pointer)
        body()
        ccoap_gate_watch(nil)
        gate.dispatched()
    }

    /// Has the hellos that were kept read next; returns how many there are.
    func showHeld() -> Int { ccoap_gate_show_held(pointer) }

    /// Forgets hellos that were kept.
    func forgetHeld() { ccoap_gate_forget_held(pointer) }

    /// A handshake starts with the hello that was let through last.
    func started(_ connection: OpaquePointer) { gate.started(connection) }

    /// A handshake is done.
    func established(_ connection: OpaquePointer) { gate.established(connection) }

    /// A connection is freed.
    func ended(_ connection: OpaquePointer) { gate.ended(connection) }

    /// Takes out the next connection whose peer has begun anew, of those that are not gone already.
    func nextRestarting() -> OpaquePointer? { gate.nextRestarting() }

    /// Takes out the next connection whose handshake has lost its place.
    func nextCrowdedOut() -> OpaquePointer? { gate.nextCrowdedOut() }

    private func judge(
        _ datagram: UnsafePointer<ccoap_incoming_t>, _ reply: UnsafeMutablePointer<UInt8>,
        _ length: UnsafeMutablePointer<Int>
    ) -> ccoap_verdict_t {
        let came = datagram.pointee
        guard let flow = Self.flow(came), came.length > 0 else { return CCOAP_DROP }
        let bytes = UnsafeBufferPointer(start: came.bytes, count: came.length)
        let local = came.bytes[0] == 22 ? Array(UnsafeBufferPointer(start: came.local, count: came.local_length)) : []
        switch gate.judge(bytes.span, from: flow, to: local, now: .now) {
        case .pass: return CCOAP_PASS
        case .passFinished(let connection):
            report(.finished(connection))
            return CCOAP_PASS
        case .admit(let cookie):
            if gate.hasCrowdedOut { report(.crowdedOut) }
            ccoap_gate_admit(pointer, cookie, cookie.count)
            return CCOAP_PASS
        case .reply(let answer):
            guard answer.count <= CCOAP_REPLY_CAPACITY else { return CCOAP_DROP }
            reply.update(from: answer, count: answer.count)
            length.pointee = answer.count
            report(.challenged)
            return CCOAP_REPLY
        case .restart:
            report(.restarted)
            return CCOAP_HOLD
        case .plainCoAP:
            if let address = SocketAddress(sockaddr: UnsafeRawPointer(came.remote), length: came.remote_length) {
                report(.plainCoAP(address))
            }
            return CCOAP_DROP
        case .drop(let reason):
            report(.dropped(reason))
            return CCOAP_DROP
        }
    }

    private static func flow(_ datagram: ccoap_incoming_t) -> Flow? {
        guard let remote = UnsafeRawPointer(datagram.remote) else { return nil }
        switch Int32(remote.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where datagram.remote_length >= MemoryLayout<sockaddr_in>.size:
            let address = remote.loadUnaligned(as: sockaddr_in.self)
            return Flow(
                high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: address.sin_addr.s_addr)),
                port: UInt16(bigEndian: address.sin_port), socket: datagram.descriptor)
        case AF_INET6 where datagram.remote_length >= MemoryLayout<sockaddr_in6>.size:
            let address = remote.loadUnaligned(as: sockaddr_in6.self)
            let words = withUnsafeBytes(of: address.sin6_addr) {
                ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            return Flow(
                high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1),
                port: UInt16(bigEndian: address.sin6_port), scope: address.sin6_scope_id, socket: datagram.descriptor)
        default: return nil
        }
    }
}
