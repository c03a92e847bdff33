// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// A server with one resource, for peers with a pre-shared key or a certificate of the folder `keys`.
@main
struct HelloServer {
    static func main() async throws {
        let router = Router()
        router.get("hello/{name}") { _, context in
            "hello \(context.parameters["name"]), you are \(context.peer.identity)"
        }
        let security = try KeyFolder(path: "keys").serverSecurity()
        try await CoAPServer(endpoints: [.coaps()], security: security, router: router).run()
    }
}
