// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// The commands that go on where a diagnosis ends.
enum DoctorAdvice {
    /// What to type for a finding, each with the place where to type it if that is not here.
    static func commands(_ finding: Diagnosis.Finding, of diagnosis: Diagnosis) -> [String] {
        let uri = diagnosis.uri
        let there = "   # at the server"
        let name = diagnosis.keyIdentity.map { ShellText.quoted(PrintableText.escaped($0)) } ?? "NAME"
        func server(_ scheme: CoAPURI.Scheme, _ host: String? = nil) -> String {
            ShellText.quoted(CoAPURI(scheme: scheme, host: host ?? uri.host, port: uri.port).authority)
        }
        switch finding.finding.kind {
        case .unknownHost: return ["getent hosts \(ShellText.quoted(uri.host))"]
        case .noRoute: return ["ip route get \(ShellText.quoted(diagnosis.addresses.first?.address.host ?? uri.host))"]
        case .nobodyListens, .silence, .noDTLS: return ["ss -ulnp 'sport = :\(uri.port)'\(there)"]
        case .plainServer: return ["coap doctor \(server(.coap))"]
        case .secureServer: return ["coap doctor --identity NAME \(server(.coaps))"]
        case .clockSkew, .notYetValid: return ["date -u", "timedatectl"]
        case .expired:
            return [
                "openssl x509 -noout -subject -dates -in server.pem\(there)", "coap keys rotate --server\(there)",
            ]
        case .foreignAuthority: return ["coap doctor -C ANOTHER-CA.pem \(server(.coaps))"]
        case .hostMismatch:
            let names = diagnosis.addresses.lazy.compactMap { $0.chain.first }.first?.identity.alternativeNames ?? []
            let hosts = names.prefix(3).compactMap { name -> String? in
                switch name {
                case .dns(let host): host.contains("*") ? nil : host
                case .ip(let bytes): (try? SocketAddress(bytes: bytes, port: 0))?.host
                case .uri, .email: nil
                }
            }
            return hosts.map { "coap doctor -C CA.pem \(server(.coaps, $0))" }
        case .unknownIdentity: return ["coap keys list\(there)", "coap keys add \(name)\(there)"]
        case .wrongKey: return ["coap keys show \(name)\(there): compare it"]
        case .certificateDemanded:
            return ["coap doctor -c CERTIFICATE.pem -j PRIVATE.key -C CA.pem \(server(.coaps))"]
        case .ownCertificateExpired, .ownCertificateUntrusted, .ownCertificateRefused, .ownCertificateRevoked:
            return ["openssl x509 -noout -subject -issuer -dates -ext extendedKeyUsage -in CERTIFICATE.pem"]
        case .endedAtOnce:
            return ["coap keys list\(there)", "coap keys export NAME -o DIR\(there)"]
        case .noSharedCipher, .oldVersion: return ["openssl ciphers -v -s -tls1_2\(there)"]
        case .largeDatagramsLost:
            let host = diagnosis.addresses.first?.address.host ?? uri.host
            return ["ping -M do -s 1172 \(ShellText.quoted(host))   # 1,200 bytes with their headers"]
        case .revoked, .noRevocationList, .certificateUnacceptable, .accessDenied, .stoppedHalfway, .stoppedAtEnd,
            .disagreement, .otherAlert, .noResponse:
            return []
        }
    }
}
