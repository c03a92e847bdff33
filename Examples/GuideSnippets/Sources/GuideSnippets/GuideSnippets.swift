// SPDX-License-Identifier: Apache-2.0

import CoAP

/// The programs of the documentation's guides, which are checked to be these. Run with an argument it is the server,
/// else the client that asks it.
@main
struct GuideSnippets {
    static func main() async throws {
        if CommandLine.arguments.count > 1 { try await serve() } else { try await ask() }
    }

    /// "Serve a resource".
    static func serve() async throws {
        let readings = ["kitchen": 21.4]
        let led = LED()

        let router = Router()
        router.get("sensors/{name}", attributes: .init(resourceType: "temperature")) { _, context in
            guard let value = readings[context.parameters["name"]] else { throw ResponseError(.notFound) }
            return "\(value) °C"
        }
        router.put("actuators/led") { request, _ in
            await led.set(try request.decode(String.self) == "on")
            return Response(.changed)
        }

        let key = Secret("a key that both sides know".utf8)
        let keys = try PreSharedKeyTable([PreSharedKey(identity: "thermostat-7", key: key)])
        let server = CoAPServer(endpoints: [.coaps()], security: .preSharedKeys(keys), router: router)
        try await server.run()
    }

    /// "Let clients observe".
    static func letObserve(_ router: Router, _ led: LED) {
        let lamp = router.observable("lamp", notifications: .confirmable) { _, _ in
            await led.isOn ? "on" : "off"
        }
        router.put("lamp") { request, _ in
            await led.set(try request.decode(String.self) == "on")
            lamp.changed()
            return Response(.changed)
        }
        router.observable("seconds") { seconds() }
    }

    /// "Security: who may do what".
    static func guardAccess(_ router: Router) -> AccessControl {
        let policy = AccessPolicy {
            Allow("thermostat-*", .read, "sensors/**")
            Allow("thermostat-*", .write, "devices/{identity}/**")
            Allow(.group("operators", "psk:admin", "cert:ops-*"), .all, "**")
            Deny("psk:admin", .write, "firmware")
        }
        let access = AccessControl(policy)
        router.add(access)
        return access
    }

    /// A sequence of the guide: the seconds since it was started.
    static func seconds() -> AsyncStream<String> {
        let start = ContinuousClock.now
        return AsyncStream {
            try? await Task.sleep(for: .seconds(1))
            return Task.isCancelled ? nil : "\((ContinuousClock.now - start).components.seconds)"
        }
    }

    /// "Ask a server".
    static func ask() async throws {
        let key = Secret("a key that both sides know".utf8)
        let security = try ClientSecurity.preSharedKey(identity: "thermostat-7", key: key)
        try await CoAPClient.withSession(to: "coaps://localhost", security: security) { session in
            let reading = try await session.get("sensors/kitchen").decode(String.self)
            print("the kitchen has \(reading)")
            try await session.put("actuators/led", text: "on").requireSuccess()
        }
    }
}

/// The lamp of the guide.
actor LED {
    private(set) var isOn = false
    func set(_ value: Bool) { isOn = value }
}
