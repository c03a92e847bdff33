// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Logging

/// A server in a process of its own that is attacked by the tests: `attack-target KEYS [--unguarded] [--validate]
/// [--trust FILE] [--handshakes NUMBER] [--handshake-timeout SECONDS] [--session-timeout SECONDS]`. Prints where it listens and
/// serves until its standard input ends.
@main
struct AttackTarget {
    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        func takes(_ option: String) -> Bool {
            guard let index = arguments.firstIndex(of: option) else { return false }
            arguments.remove(at: index)
            return true
        }
        let isGuarded = !takes("--unguarded")
        var configuration = configuration(validates: takes("--validate"))
        func number(_ option: String) -> Int? {
            guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
            return Int(arguments[index + 1])
        }
        func seconds(_ option: String) -> Duration? { number(option).map { .seconds($0) } }
        if let places = number("--handshakes") { configuration.maximumHandshakes = places }
        if let timeout = seconds("--handshake-timeout") { configuration.handshakeTimeout = timeout }
        if let timeout = seconds("--session-timeout") {
            (configuration.plainSessionTimeout, configuration.secureSessionTimeout) = (timeout, timeout)
        }
        guard let folder = arguments.first else {
            FileHandle.standardError.write(Data("attack-target needs the folder with its keys\n".utf8))
            exit(64)
        }
        var security = try KeyFolder(path: folder).serverSecurity()
        guard let all = security.preSharedKeys else { exit(78) }
        let keys = RevocableKeys(all)
        security.preSharedKeys = keys
        if let index = arguments.firstIndex(of: "--trust"), index + 1 < arguments.count {
            let pem = try Data(contentsOf: URL(filePath: arguments[index + 1]))
            security.clientAuthentication = .required(try TrustAnchors(pem: Array(pem)))
        }
        let server = CoAPServer(
            endpoints: [.coaps("127.0.0.1", port: 0), .coap("127.0.0.1", port: 0)], security: security,
            router: TargetRouter(witness: Witness(), keys: keys, isGuarded: isGuarded).router,
            configuration: configuration,
            logger: Logger(label: "attack-target", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { uris in
            for uri in uris { FileHandle.standardOutput.write(Data("listening on \(uri.authority)\n".utf8)) }
        }
        let serving = Task { try await server.run() }
        // Whoever started it is gone when the input ends.
        Thread.detachNewThread {
            _ = try? FileHandle.standardInput.readToEnd()
            serving.cancel()
        }
        try await serving.value
    }

    /// Memory must be seen to come back soon, so what is forgotten by design is forgotten early.
    private static func configuration(validates: Bool) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.plainSessionTimeout = .seconds(5)
        configuration.secureSessionTimeout = .seconds(10)
        configuration.handshakeTimeout = .seconds(10)
        configuration.transferTimeout = .seconds(5)
        configuration.maximumTransferMemory = 8 << 20
        configuration.maximumRememberedExchanges = 10_000
        configuration.maximumObservations = 1_000
        if validates { configuration.addressValidation = .allPeers }
        return configuration
    }
}
