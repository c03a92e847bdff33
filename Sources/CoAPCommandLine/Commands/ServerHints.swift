// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation

/// What a person types who sits at the server's host: lines that work as they are, in every folder.
struct ServerHints {
    /// What the lines authenticate with; nil when the folder has nothing for a client.
    private let credentials: String?
    /// The credentials for coap-client-openssl; nil without a key it could take.
    private let clientCredentials: String?
    private let folder: KeyFolder

    /// Looks for something that a client can use: a key first, then a certificate.
    init(_ folder: KeyFolder) {
        let folder = folder.absolute
        self.folder = folder
        let option = "--keys \(ShellText.quoted(folder.path))"
        guard let key = Self.typeableKey(in: folder) else {
            credentials = Self.certificate(in: folder)
            clientCredentials = nil
            return
        }
        let identity = ShellText.quoted(String(decoding: key.identity, as: UTF8.self))
        credentials = "--identity \(identity) \(option)"
        let isText = key.key.withBytes { $0.allSatisfy { 0x20...0x7E ~= $0 } }
        clientCredentials = isText ? "-u \(identity) -k \"$(coap keys show \(identity) \(option))\"" : nil
    }

    /// The first key whose identity can be typed and is not taken for an option. What stands in the way of a hint is no
    /// reason not to serve.
    private static func typeableKey(in folder: KeyFolder) -> PreSharedKey? {
        let now = Int64(Date().timeIntervalSince1970)
        return (try? folder.preSharedKeys())?.first { key in
            let identity = String(decoding: key.identity, as: UTF8.self)
            return key.isGood(at: now) && PrintableText.escaped(key.identity) == identity && !identity.hasPrefix("-")
        }
    }

    /// The options for the first device's certificate that is good and has its key here.
    private static func certificate(in folder: KeyFolder) -> String? {
        let device = (try? folder.devices())?.first { device in
            device.certificate?.hasExpired == false
                && FileManager.default.isReadableFile(atPath: folder.keyPath(ofDevice: device.name))
        }
        guard let name = device?.name else { return nil }
        let files = [
            ("-c", folder.certificatePath(ofDevice: name)), ("-j", folder.keyPath(ofDevice: name)),
            ("-C", folder.certificateAuthorityPath),
        ]
        return files.map { "\($0) \(ShellText.quoted($1))" }.joined(separator: " ")
    }

    /// The lines for one endpoint.
    ///
    /// - Parameters:
    ///   - hints: those of the keys folder; not needed for a plain endpoint.
    ///   - examples: what is served there.
    static func text(for uri: CoAPURI, _ hints: ServerHints?, _ examples: ServerExamples = .thermostat) -> String {
        let host = ["::", "0.0.0.0"].contains(uri.host) ? "localhost" : uri.host
        let target = CoAPURI(scheme: uri.scheme, host: host, port: uri.port).authority
        // A shell takes brackets for a pattern.
        let readable = ShellText.quoted("\(target)/\(examples.readable)")
        let writable = examples.writable.map { "-e \($0.text) " + ShellText.quoted("\(target)/\($0.path)") }
        func lines(_ credentials: String) -> String {
            "  coap-get \(credentials)\(readable)\n" + (writable.map { "  coap-put \(credentials)\($0)\n" } ?? "")
        }
        guard uri.scheme == .coaps, let hints else { return lines("") }
        guard let credentials = hints.credentials else {
            return "  no device has a key or certificate here; add one with: coap keys add NAME --keys "
                + "\(ShellText.quoted(hints.folder.path))\n"
        }
        return lines(credentials + " ")
            + (hints.clientCredentials.map { "  coap-client-openssl -m get \($0) \(readable)\n" } ?? "")
    }

    /// The lines that have the plugtest's server judged, which needs no credentials: one for each plain endpoint, with the
    /// secure one of its host, and one for each secure endpoint beside.
    static func conformance(of uris: [CoAPURI]) -> String {
        var secure = uris.filter { $0.scheme == .coaps }
        var lines: [String] = []
        func add(_ uri: CoAPURI, _ rest: String) {
            // Addresses: the cases are for one of them, and a name may have another one first.
            let host = uri.host == "::" ? "::1" : uri.host == "0.0.0.0" ? "127.0.0.1" : uri.host
            let target = CoAPURI(scheme: uri.scheme, host: host, port: uri.port).authority
            lines.append("  coap conformance \(ShellText.quoted(target))\(rest)\n")
        }
        for uri in uris where uri.scheme == .coap {
            let partner = secure.firstIndex { $0.host == uri.host }.map { secure.remove(at: $0) }
            add(uri, partner.map { " --secure-port \($0.port)" } ?? "")
        }
        for uri in secure { add(uri, "") }
        return lines.joined()
    }
}
