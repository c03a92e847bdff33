// SPDX-License-Identifier: Apache-2.0

import Testing

/// One of libcoap's example clients, in one way of speaking.
struct LibcoapClient: Sendable, CustomTestStringConvertible {
    /// The program.
    var peer: Peer
    /// How it speaks.
    var mode: SecurityMode

    /// Each program in each way it can.
    static let all = [
        LibcoapClient(peer: .coapClientNoTLS, mode: .plain),
        LibcoapClient(peer: .coapClientOpenSSL, mode: .plain),
        LibcoapClient(peer: .coapClientOpenSSL, mode: .key),
        LibcoapClient(peer: .coapClientOpenSSL, mode: .certificate),
        LibcoapClient(peer: .coapClientGnuTLS, mode: .plain),
        LibcoapClient(peer: .coapClientGnuTLS, mode: .key),
        LibcoapClient(peer: .coapClientGnuTLS, mode: .certificate),
    ]

    /// Each program with each kind of credential.
    static var secure: [LibcoapClient] { all.filter { $0.mode != .plain } }

    var testDescription: String { "\(peer.rawValue), \(mode)" }

    /// Has the client make one request with good credentials.
    func request(
        _ method: String, _ uri: String, _ arguments: [String] = [], wait seconds: Int = 20
    ) async throws -> LibcoapAnswer {
        try await request(method, uri, credentials: try await credentials(), arguments, wait: seconds)
    }

    /// Has the client make one request with the credentials given as its arguments.
    func request(
        _ method: String, _ uri: String, credentials: [String], _ arguments: [String] = [], wait seconds: Int = 20
    ) async throws -> LibcoapAnswer {
        LibcoapAnswer(
            try await PeerProcess.run(
                peer, ["-v", "7", "-B", "\(seconds)", "-m", method] + credentials + arguments + [uri]))
    }

    private func credentials() async throws -> [String] {
        switch mode {
        case .plain: []
        case .key: TestKey.clientArguments
        case .certificate: try await TestCertificates.shared.arguments(.device)
        }
    }
}

extension TestCertificates {
    /// The arguments that have a libcoap program show a certificate and believe an authority.
    func arguments(_ name: Name, trusting authority: Name = .authority) -> [String] {
        ["-c", certificate(name), "-j", key(name), "-C", certificate(authority)]
    }
}
