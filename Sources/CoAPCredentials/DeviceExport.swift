// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// What a device needs, and the lines by which other programs use it.
public struct DeviceExport: Sendable {
    /// Where the credentials are, as the lines name it.
    enum Place: Sendable {
        /// In the keys folder.
        case keys(KeyFolder)
        /// In a folder of their own, under the names of ``ExportFile``; the lines put this before a name.
        case files(prefix: String)
    }

    /// The device's name.
    public let device: String
    /// The identity of its key; nil without one.
    public let identity: String?
    /// True when it has a certificate.
    public let hasCertificate: Bool
    /// True when the certificate's private key is here.
    public let hasPrivateKey: Bool
    /// True when the key is text, which is how programs take one that they are given on the command line.
    let isKeyText: Bool
    let place: Place

    /// The lines, with what to know about them, for one server.
    ///
    /// No secret stands in them: they read it from files or through `coap keys show`.
    ///
    /// - Parameter uri: the resource to ask for.
    public func lines(for uri: CoAPURI) -> String {
        var lines: [String] = []
        let target = ShellText.quoted(uri.description)
        let peer = ShellText.quoted("\(uri.host.contains(":") ? "[\(uri.host)]" : uri.host):\(uri.port)")
        if let identity { lines += keyLines(ShellText.quoted(identity), target, peer) }
        if hasCertificate { lines += certificateLines(target, peer) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func keyLines(_ identity: String, _ target: String, _ peer: String) -> [String] {
        let show: String
        var lines: [String]
        switch place {
        case .keys(let folder):
            show = "$(coap keys show --hex \(identity)\(folder.option))"
            lines = [
                "# with the pre-shared key of the identity \(identity)",
                "coap-get --identity \(identity)\(folder.option) \(target)",
            ]
            if isKeyText {
                lines += [
                    "# the key is in the process list while this runs; 'export -o DIR' writes files that these programs read it from",
                    "coap-client-openssl -m get -u \(identity) -k \"$(coap keys show \(identity)\(folder.option))\" \(target)",
                ]
            }
        case .files(let prefix):
            func file(_ name: ExportFile) -> String { ShellText.quoted(prefix + name.rawValue) }
            show = "$(cat \(file(.keyDigits)))"
            lines = [
                "# with the pre-shared key of the identity \(identity)",
                "coap-get -u \(identity) --psk-file \(file(.key)) \(target)",
            ]
            if isKeyText {
                lines += [
                    "# the word behind -k is not used: the key comes from the file",
                    "coap-client-openssl -m get -u \(identity) -k none -h \(file(.libcoap)) \(target)",
                ]
            }
            lines.append("aiocoap-client --credentials \(file(.aiocoap)) \(target)")
        }
        if !isKeyText { lines.append("# coap-client-openssl takes keys that are text, and this one is not") }
        return lines + [
            "# openssl s_client takes a key as an argument only, and everybody on this host can see it while this runs",
            "openssl s_client -dtls1_2 -connect \(peer) -psk_identity \(identity) -psk \"\(show)\" -brief </dev/null",
        ]
    }

    private func certificateLines(_ target: String, _ peer: String) -> [String] {
        let certificate: String
        let key: String
        let authority: String
        switch place {
        case .keys(let folder):
            certificate = ShellText.quoted(folder.certificatePath(ofDevice: device))
            key = ShellText.quoted(folder.keyPath(ofDevice: device))
            authority = ShellText.quoted(folder.certificateAuthorityPath)
        case .files(let prefix):
            func file(_ name: ExportFile) -> String { ShellText.quoted(prefix + name.rawValue) }
            certificate = file(.certificate)
            key = file(.privateKey)
            authority = file(.authority)
        }
        var lines = ["# with the certificate"]
        if !hasPrivateKey { lines.append("# its private key is not here: name the file where the device has it") }
        return lines + [
            "coap-get -c \(certificate) -j \(key) -C \(authority) \(target)",
            // Behind -C libcoap 4.3.1 believes only the last certificate of a file.
            "coap-client-openssl -m get -c \(certificate) -j \(key) -R \(authority) \(target)",
            "# aiocoap cannot use certificates over DTLS",
            "openssl s_client -dtls1_2 -connect \(peer) -cert \(certificate) -key \(key) -CAfile \(authority) "
                + "-verify_return_error -brief </dev/null",
        ]
    }
}
