// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What aiocoap's client got for a request.
struct AiocoapAnswer: Decodable, Sendable {
    /// The response's code, `2.05`; nil when none came.
    var code: String?
    /// The message's type, `ACK`.
    var type: String?
    /// The body, as text.
    var text: String?
    /// The body, in hexadecimal.
    var payload: String?
    /// The options: number, and the value in hexadecimal.
    var options: [Option]?
    /// The kind of error, when no response came.
    var error: String?
    /// What the error says.
    var message: String?

    /// One option.
    struct Option: Decodable, Sendable {
        var number: Int
        var value: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            number = try container.decode(Int.self)
            value = try container.decode(String.self)
        }
    }

    /// Has aiocoap's client make one request.
    static func request(
        _ method: String, _ uri: String, key: (identity: String, key: String)? = nil, _ arguments: [String] = []
    ) async throws -> AiocoapAnswer {
        var all = [Peer.script("aiocoap_client.py"), method, uri] + arguments
        if let key { all += ["--identity", key.identity, "--key", key.key] }
        let result = try await PeerProcess.run(.aiocoap, all)
        guard let line = result.output.split(separator: "\n").last else {
            throw PeerError.failed("aiocoap's client printed nothing: \(result.transcript)")
        }
        return try JSONDecoder().decode(AiocoapAnswer.self, from: Data(line.utf8))
    }
}
