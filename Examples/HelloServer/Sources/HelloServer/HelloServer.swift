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
        let folder = KeyFolder(path: "keys")
        try folder.initialize()  // makes keys and certificates the first time
        try await CoAPServer(endpoints: [.coaps()], security: folder.serverSecurity(), router: router).run()
    }
}
