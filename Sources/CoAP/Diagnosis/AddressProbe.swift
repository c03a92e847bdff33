// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Goes one address's way step by step and notes what is seen. Blocks its thread.
struct AddressProbe {
    let address: SocketAddress
    let subject: DiagnosisSubject
    /// True when nobody waits for the result any more.
    let isCancelled: () -> Bool

    /// How long somebody who speaks another language is waited for.
    private var shortPatience: Duration { min(subject.patience, .seconds(2)) }

    /// - Throws: `CoAPError`: `invalidCredentials` for what OpenSSL refuses, `internal`.
    func observe() throws(CoAPError) -> AddressObservation {
        var seen = AddressObservation(address: address, isSecure: subject.isSecure)
        guard let socket = ProbeSocket(to: address, capture: subject.capture, problem: &seen.routeProblem) else {
            return seen
        }
        seen.local = socket.local
        seen.waited = subject.patience
        if subject.isSecure {
            try observeHandshake(on: socket, &seen)
        } else {
            FirstRequest(
                subject: subject, send: socket.send,
                receive: { deadline in
                    switch socket.receive(until: deadline) {
                    case .datagram(let bytes): .init(messages: [bytes])
                    case .refused: .init(isRefused: true)
                    case .nothing: .init()
                    }
                }
            ).make(&seen, isCancelled: isCancelled)
        }
        if seen.heardAfter == nil, !seen.isRefused, !isCancelled() { try askInTheOtherLanguage(&seen) }
        if seen.failure?.finding.kind == .noSharedCipher, !isCancelled() { try offerOlderSuites(&seen) }
        return seen
    }

    // MARK: DTLS

    private func observeHandshake(on socket: ProbeSocket, _ seen: inout AddressObservation) throws(CoAPError) {
        let channel = try DTLSChannel(subject.security, host: subject.uri.host, capture: subject.capture)
        let started = MonotonicTime.now
        var failure = HandshakeFailure(server: subject.uri.authority, host: subject.uri.host)
        failure.keyIdentity = subject.keyIdentity
        failure.hasCertificate = subject.ownCertificate != nil
        // A server that goes on gets more time, one that repeats itself does not.
        var last = (progress: channel.connection.progress, messages: 0, at: started)
        channel.handshake()
        flush(channel, socket)
        while channel.state == .connecting, !failure.heardPlainCoAP, !seen.isForeign, !isCancelled() {
            let deadline = min(last.at + subject.patience, started + subject.patience * 3)
            guard MonotonicTime.now < deadline else { break }
            let wait = min(channel.timeout ?? .seconds(1), .milliseconds(200))
            switch socket.receive(until: min(deadline, .now + wait)) {
            case .datagram(let bytes):
                note(bytes, since: started, &seen, &failure)
                _ = channel.receive(bytes)
                if channel.heard.count > last.messages,
                    channel.heard.count < 24 || channel.connection.progress != last.progress
                {
                    last = (channel.connection.progress, channel.heard.count, .now)
                }
            case .refused: seen.isRefused = true
            case .nothing: break
            }
            if seen.isRefused, seen.heardAfter == nil { break }
            if let left = channel.timeout, left <= .zero { _ = channel.handleTimeout() }
            flush(channel, socket)
        }
        flush(channel, socket)
        note(channel, &seen, &failure)
        guard channel.state == .connected else {
            failure.waited = channel.state == .connecting ? subject.patience : nil
            seen.failure = failure
            return
        }
        seen.handshakeDuration = MonotonicTime.now - started
        FirstRequest(
            subject: subject,
            send: { bytes in
                _ = channel.send(bytes)
                flush(channel, socket)
            },
            receive: { deadline in
                guard case .datagram(let bytes) = socket.receive(until: deadline) else { return .init() }
                let messages = channel.receive(bytes)
                return .init(messages: messages, isEnd: channel.state != .connected)
            }
        ).make(&seen, isCancelled: isCancelled)
        channel.close()
        flush(channel, socket)
    }

    private func flush(_ channel: DTLSChannel, _ socket: ProbeSocket) {
        for datagram in channel.takeOutgoing() { socket.send(datagram) }
    }

    private func note(
        _ datagram: [UInt8], since started: MonotonicTime, _ seen: inout AddressObservation,
        _ failure: inout HandshakeFailure
    ) {
        seen.arrived.formUnion(Self.messages(in: datagram))
        guard seen.heardAfter == nil else { return }
        seen.heardAfter = MonotonicTime.now - started
        if Self.isRecord(datagram) { return }
        failure.heardPlainCoAP = Message(datagram) != nil
        seen.isForeign = !failure.heardPlainCoAP
    }

    private func note(
        _ channel: DTLSChannel, _ seen: inout AddressObservation, _ failure: inout HandshakeFailure
    ) {
        let connection = channel.connection
        seen.messages = channel.heard
        seen.chain = channel.chain.map(\.detail)
        seen.refusedDepth = channel.refusedDepth
        seen.cipherSuite = connection.standardCipher
        failure.progress = connection.progress
        failure.hasServerHello = seen.hasServerHello
        failure.verification = seen.refusedDepth == nil ? 0 : connection.verificationResult
        failure.verificationText = DTLSConnection.verificationText(connection.verificationResult)
        if let depth = seen.refusedDepth, seen.chain.indices.contains(depth) {
            failure.certificate = seen.chain[depth].identity
            failure.verificationDepth = depth
        }
        failure.alert = channel.alerts.first { $0.isFatal || !$0.isSent && $0.number == 0 }
            .map { DTLSAlert(wasSent: $0.isSent, description: $0.number) }
    }

    /// The types of the handshake messages in the clear (epoch 0) whose beginnings or parts are in a datagram.
    static func messages(in datagram: [UInt8]) -> Set<UInt8> {
        var types: Set<UInt8> = []
        var start = 0
        while start + 14 <= datagram.count {
            if datagram[start] == 22, datagram[start + 3] == 0, datagram[start + 4] == 0 {
                types.insert(datagram[start + 13])
            }
            start += 13 + Int(datagram[start + 11]) << 8 + Int(datagram[start + 12])
        }
        return types
    }

    /// True for the header of a record of DTLS (RFC 6347 §4.1).
    private static func isRecord(_ datagram: [UInt8]) -> Bool {
        datagram.count > 13 && (20...25).contains(datagram[0]) && datagram[1] == 0xFE
    }

    // MARK: Other ways to ask

    /// A server that takes none of today's suites may take older ones, or speak an older version that knows no others. Ends with
    /// its hello, so that nothing is entrusted to them.
    private func offerOlderSuites(_ seen: inout AddressObservation) throws(CoAPError) {
        var problem = ""
        guard let socket = ProbeSocket(to: address, capture: subject.capture, problem: &problem) else { return }
        let suites = subject.keyIdentity == nil ? ["ALL", "!PSK", "!aNULL"] : ["PSK"]
        let channel = try DTLSChannel(subject.security, host: subject.uri.host, suites: suites)
        channel.handshake()
        flush(channel, socket)
        let deadline = MonotonicTime.now + shortPatience
        while channel.state == .connecting, !channel.heard.contains(2), MonotonicTime.now < deadline {
            if case .datagram(let bytes) = socket.receive(until: deadline) { _ = channel.receive(bytes) }
            guard !channel.heard.contains(2) else { break }
            flush(channel, socket)
        }
        if channel.alerts.contains(where: { $0.isSent && $0.number == 70 }) {
            seen.olderAnswer = .version
        } else if channel.heard.contains(2), let suite = channel.connection.standardCipher {
            seen.olderAnswer = .suite(suite)
        }
    }

    /// A port that is silent to DTLS may speak plain CoAP, and the other way round.
    private func askInTheOtherLanguage(_ seen: inout AddressObservation) throws(CoAPError) {
        var problem = ""
        guard let socket = ProbeSocket(to: address, capture: subject.capture, problem: &problem) else { return }
        if subject.isSecure {
            socket.send(Message(.confirmable, .empty, messageID: .random(in: .min ... .max)).bytes)
        } else {
            // A key for nothing: the server's first answer is all that is waited for.
            let key = Secret([UInt8](repeating: 0, count: 16))
            let channel = try DTLSChannel(.preSharedKey(identity: "doctor", key: key), host: subject.uri.host)
            channel.handshake()
            flush(channel, socket)
        }
        switch socket.receive(until: .now + shortPatience) {
        case .datagram(let bytes) where subject.isSecure && Message(bytes) != nil: seen.stranger = .plainCoAP
        case .datagram(let bytes) where !subject.isSecure && Self.isRecord(bytes): seen.stranger = .dtls
        case .refused: seen.isRefused = true
        case .datagram, .nothing: break
        }
    }
}
