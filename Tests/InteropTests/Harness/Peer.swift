// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A program that other people wrote and the tests talk to.
enum Peer: String, CaseIterable, Sendable {
    case coapClientOpenSSL = "coap-client-openssl"
    case coapClientGnuTLS = "coap-client-gnutls"
    case coapClientNoTLS = "coap-client-notls"
    case coapServerOpenSSL = "coap-server-openssl"
    case coapServerGnuTLS = "coap-server-gnutls"
    case coapServerNoTLS = "coap-server-notls"
    case openssl
    /// Python with aiocoap and DTLSSocket.
    case aiocoap

    /// Set to 1 in the environment, tests whose peer is missing are skipped; else they fail.
    static let skipVariable = "SWIFT_COAP_SKIP_MISSING_PEERS"

    /// Where `make setup-test` puts the Python environment.
    private static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The program's file; nil when it is not installed.
    var installed: String? {
        let candidates: [String]
        if self == .aiocoap {
            candidates = [Self.package.appending(path: ".build-peers/venv/bin/python").path]
        } else {
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
            candidates = (folders + ["/usr/bin"]).map { $0 + "/" + rawValue }
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The program's file.
    ///
    /// - Throws: ``PeerError/missing(_:)`` with what to do about it.
    var path: String {
        get throws {
            guard let installed else { throw PeerError.missing(rawValue) }
            return installed
        }
    }

    /// A Python program of the tests' `Peers` folder.
    static func script(_ name: String) -> String {
        package.appending(path: "Tests/InteropTests/Peers/\(name)").path
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test without its peers where the environment asks for that; without asking it runs, and fails.
    static func needs(_ peers: Peer...) -> Self {
        .enabled("its peer is not installed") {
            ProcessInfo.processInfo.environment[Peer.skipVariable] != "1" || peers.allSatisfy { $0.installed != nil }
        }
    }
}
