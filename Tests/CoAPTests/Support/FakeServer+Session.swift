// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

extension FakeServer {
    /// Waits until the server has read what was sent to it before, by a datagram that queues behind it and is no CoAP message.
    func catchUp() async throws {
        guard let socket = address.connectedSocket() else { throw CoAPError(.internal, "no socket") }
        defer { close(socket) }
        let mark = [0xFF] + (0..<8).map { _ in UInt8.random(in: 0...255) }
        guard send(socket, mark, mark.count, 0) == mark.count else {
            throw CoAPError(.internal, "the mark is not sent")
        }
        while !received.contains(mark) { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Runs a test with a plain session to this server.
    func withSession<Result>(
        _ change: (inout ClientConfiguration) -> Void = { _ in }, _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        var configuration = ClientConfiguration.patient
        change(&configuration)
        return try await CoAPClient.withSession(to: plain, security: .plain, configuration: configuration, body)
    }
}
