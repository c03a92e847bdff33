// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite("Other people's clients that observe our server (RFC 7641)", .timeLimit(.minutes(10)))
struct ObservingClientTests {
    /// A resource that counts up ten times a second while it is observed.
    private static func ticking(_ policy: NotificationPolicy) -> (Router, ObservableResource) {
        let count = Locked(0)
        let router = Router()
        let resource = router.observable("count", notifications: policy) { _, _ in
            "\(count.withLock { $0 })"
        }
        resource.whileObserved { resource in
            while (try? await Task.sleep(for: .milliseconds(100))) != nil {
                count.withLock { $0 += 1 }
                resource.changed()
            }
        }
        return (router, resource)
    }

    @Test(
        "libcoap's client: registers, gets rising values, deregisters",
        .needs(.coapClientOpenSSL, .coapClientGnuTLS, .coapClientNoTLS, .openssl), arguments: LibcoapClient.all)
    func libcoap(client: LibcoapClient) async throws {
        let (router, resource) = Self.ticking(.confirmableEvery(2))
        try await TestServer.with(client.mode, router: router) { uri in
            // How many come in a time depends on how busy the machine is; with too few it observes for longer.
            for seconds in [3, 15, 60] {
                let answer = try await client.request(
                    "get", "\(uri)/count", ["-s", "\(seconds)"], wait: seconds + 60)
                let notified = answer.messages.filter { $0.code == "2.05" && $0.options.contains("Observe:") }
                #expect(!notified.isEmpty || seconds < 60, "\(answer)")
                let values = notified.compactMap { Int($0.text) }
                #expect(values == values.sorted(), "\(answer)")
                // The last thing it does is to take its registration back, or to end its session.
                while resource.observerCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
                guard values.count > 5 || seconds == 60 else { continue }
                #expect(values.count > 5 && Set(values).count > 5, "\(answer)")
                // The registration's answer is in the acknowledgement; behind it every second one is confirmable.
                #expect(Set(notified.map(\.type)).isSuperset(of: ["CON", "NON"]), "\(answer)")
                break
            }
        }
    }

    @Test("aiocoap's client: the values come in order", .needs(.aiocoap), arguments: [SecurityMode.plain, .key])
    func aiocoap(mode: SecurityMode) async throws {
        let (router, _) = Self.ticking(.default)
        let key = mode == .key ? TestKey.pair : nil
        let security: ServerSecurity? = mode == .key ? .preSharedKeys(try TestKey.table()) : nil
        try await TestServer.with(security, router: router) { uri in
            let answer = try await AiocoapAnswer.request("get", "\(uri)/count", key: key, ["--observe", "8"])
            let values = answer.text?.split(separator: " ").compactMap { Int($0) } ?? []
            #expect(values.count == 8 && values == values.sorted(), "\(answer)")
        }
    }
}
