// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Requests to groups under a policy", .timeLimit(.minutes(5)))
struct AccessMulticastTests {
    private static func answers(_ path: [String], _ port: UInt16, _ time: Duration) async throws -> [String] {
        var configuration = MulticastConfiguration()
        configuration.port = port
        configuration.duration = time
        configuration.maximumResponses = 1
        var request = Request(method: .get)
        request.options.uriPath = path
        var found: [String] = []
        let stream = try await CoAPClient.responses(
            to: request, from: .allCoAPNodes.on(interface: "lo"), configuration: configuration)
        for await answer in stream { found.append(answer.response.text) }
        return found
    }

    @Test("They are those of an anonymous peer: what is refused is not answered, and the list shows the rest")
    func groups() async throws {
        let access = AccessControl(
            AccessPolicy {
                Allow("anonymous", .read, "open")
                Allow("authenticated", .all, "**")
            })
        let router = Router()
        router.add(access)
        for path in ["open", "secret"] { router.get(path) { _, _ in path } }
        var configuration = ServerConfiguration()
        configuration.multicastGroups = [.allCoAPNodes.on(interface: "lo")]
        configuration.multicastLeisure = .milliseconds(1)
        try await Loopback.withServer(
            router, endpoints: [.coap("127.0.0.1", port: 0)], configuration: configuration
        ) { uris in
            let port = uris[0].port
            let open = try await Self.answers(["open"], port, .seconds(60))
            #expect(open == ["open"])
            let secret = try await Self.answers(["secret"], port, .milliseconds(150))
            #expect(secret.isEmpty)
            let list = try await Self.answers([".well-known", "core"], port, .seconds(60))
            #expect(list == ["</open>"])
            // Nothing to show is nothing to say.
            access.update(AccessPolicy {})
            let nothing = try await Self.answers([".well-known", "core"], port, .milliseconds(150))
            #expect(nothing.isEmpty)
        }
    }
}
