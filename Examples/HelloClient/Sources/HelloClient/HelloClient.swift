// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// Reads one resource as the device `device-1` of the folder `keys`.
@main
struct HelloClient {
    static func main() async throws {
        let key = try KeyFolder(path: "keys").preSharedKey(identity: "device-1")
        try await CoAPClient.withSession(to: "coaps://localhost", security: .preSharedKey(key)) { session in
            let response = try await session.get("hello/world")
            print(response.code, response.text)
        }
    }
}
