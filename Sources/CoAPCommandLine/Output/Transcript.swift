// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What `-v` shows on the standard error: `*` for the connection, `>` for what is sent, `<` for what comes back.
struct Transcript {
    let isOn: Bool

    private func line(_ mark: String, _ text: String) { if isOn { Terminal.writeError("\(mark) \(text)\n") } }

    func connecting(_ uri: CoAPURI, _ security: ClientSecurity, authorities: String?) {
        line("*", "connecting to \(uri.authority)")
        switch security {
        case .plain: line("*", "plain CoAP: neither secret nor authentic")
        case .preSharedKey(let key): line("*", "pre-shared key of '\(PrintableText.escaped(key.identity))'")
        case .certificate(let own, _):
            line(
                "*",
                own.map { "own certificate \(PrintableText.escaped($0.identity.subject.utf8))" }
                    ?? "no certificate of one's own")
            if let authorities { line("*", "trusting \(PrintableText.escaped(authorities.utf8))") }
        }
    }

    /// Says whom the attempts go to, which matters most when they fail.
    func looksUp(_ uri: CoAPURI, deadline: Duration) async throws(CoAPError) {
        guard isOn else { return }
        let addresses = try await Resolver.addresses(of: uri.host, port: uri.port, deadline: deadline)
        line("*", "trying \(addresses.map(\.description).joined(separator: ", "))")
    }

    func connected(_ info: ConnectionInfo) {
        line(
            "*", "address \(info.remoteAddress?.description ?? "?") (look-up \(Self.milliseconds(info.lookUpDuration)))"
        )
        guard let version = info.version else { return }
        line("*", "\(version) with \(info.cipherSuite ?? "?") (handshake \(Self.milliseconds(info.handshakeDuration)))")
        switch info.serverIdentity {
        case .certificate(let certificate):
            line(
                "*",
                "server certificate \(PrintableText.escaped(certificate.subject.utf8)), verified for the host asked for"
            )
            let names = certificate.alternativeNames.compactMap { name -> String? in
                switch name {
                case .dns(let host): host
                case .ip(let bytes): (try? SocketAddress(bytes: bytes, port: 0))?.host
                case .uri(let uri): uri
                case .email(let address): address
                }
            }
            line("*", "  names \(PrintableText.escaped(names.joined(separator: ", ").utf8))")
            line("*", "  SHA-256 \(Hexadecimal.encode(certificate.fingerprint))")
        case .preSharedKey: line("*", "the server knows the key")
        case .anonymous: break
        }
    }

    func sending(_ request: Request, confirmable: Bool, isStreamed: Bool = false) {
        line(">", "\(confirmable ? "CON" : "NON") \(request.method) \(request.pathDescription)")
        for option in request.options { line(">", "\(option)") }
        if isStreamed { line(">", "(as it is read)") }
        if !request.payload.isEmpty { line(">", "(\(request.payload.count) bytes)") }
    }

    func received(_ response: Response, size: Int, after duration: Duration) {
        line("<", "\(response.code)")
        for option in response.options {
            let meaning = option.number == .contentFormat ? response.contentFormat.map { " (\($0))" } ?? "" : ""
            line("<", "\(option)\(meaning)")
        }
        line("<", "(\(size) bytes after \(Self.milliseconds(duration)))")
    }

    static func milliseconds(_ duration: Duration) -> String {
        let tenths = Int((duration.inSeconds * 10_000).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
