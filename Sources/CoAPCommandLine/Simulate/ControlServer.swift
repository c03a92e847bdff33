// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator
import Logging

/// The endpoint by which a running `coap simulate` is broken by hand: `/simulation` and `/simulation/faults`.
enum ControlServer {
    /// Starts it, and says where it is.
    ///
    /// - Parameters:
    ///   - text: the endpoint, `coaps://[::1]:5700`; plain CoAP only on this host.
    ///   - fleet: whom it breaks.
    ///   - folder: whose credentials may.
    /// - Throws: `CoAPError` for an endpoint or credentials that cannot be used.
    static func start(
        _ text: String, _ fleet: Fleet, _ folder: @autoclosure () throws(CoAPError) -> KeyFolder, logger: Logger
    ) async throws -> BackgroundServer {
        let endpoint = try endpoint(text)
        let security = endpoint.scheme == .coaps ? try folder().serverSecurity { Terminal.complain($0.message) } : nil
        let router = Router()
        SimulationControl(of: fleet).register(on: router)
        let server = try await BackgroundServer { onListening in
            CoAPServer(
                endpoints: [endpoint], security: security, router: router, logger: logger, onListening: onListening)
        }
        for uri in server.uris { Terminal.writeError("control at \(place(of: uri))\n") }
        return server
    }

    /// Where faults are posted to.
    static func place(of uri: CoAPURI) -> String { "\(uri.authority)/simulation/faults" }

    /// Reads an endpoint, and refuses one that anybody could reach.
    static func endpoint(_ text: String) throws(CoAPError) -> ServerEndpoint {
        guard text.contains("://") else {
            throw CoAPError(
                .invalidURI,
                "--control '\(PrintableText.escaped(text.utf8))' is no endpoint: write coaps://[::1]:5700")
        }
        let endpoint = try ServerEndpoint(text)
        guard endpoint.scheme == .coaps || ["::1", "127.0.0.1", "localhost"].contains(endpoint.host) else {
            throw CoAPError(
                .invalidArgument,
                "--control by plain CoAP would let anybody break the simulation: write coaps://, or coap://[::1]:5700 for "
                    + "this host alone")
        }
        return endpoint
    }
}
