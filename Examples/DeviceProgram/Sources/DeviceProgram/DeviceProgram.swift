// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// The state of a lamp, changed by requests and read by them.
actor Lamp {
    private(set) var isOn = false
    func set(_ value: Bool) { isOn = value }
}

/// A device that embeds the server: a lamp that only its owner may switch.
@main
struct DeviceProgram {
    static func main() async throws {
        let lamp = Lamp()
        let router = Router()
        router.add(OwnerOnly(owner: Array("device-1".utf8)))
        router.get("lamp", attributes: .init(resourceType: "light", interface: "core.a", contentFormats: [.text])) {
            _, _ in await lamp.isOn ? "on" : "off"
        }
        router.put("lamp") { request, _ in
            switch try request.decode(String.self) {
            case "on": await lamp.set(true)
            case "off": await lamp.set(false)
            default: throw ResponseError(.badRequest, "write on or off")
            }
            return Response(.changed)
        }
        let server = CoAPServer(
            endpoints: [.coaps()], security: try KeyFolder(path: "keys").serverSecurity(), router: router,
            onListening: { uris in for uri in uris { print("the lamp listens on \(uri)") } })
        try await server.run()
    }
}

/// Lets everybody read and only one identity write.
struct OwnerOnly: Middleware {
    let owner: [UInt8]

    func handle(
        _ request: Request, context: RequestContext,
        next: @Sendable (Request, RequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || context.peer.identity == .preSharedKey(owner) else {
            throw ResponseError(.forbidden, "only the owner may do this")
        }
        return try await next(request, context)
    }
}
