// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials
import Foundation

/// Who the client is and whom it believes.
struct CredentialOptions: ParsableArguments {
    @Option(help: "Take the pre-shared key of this identity from the keys folder.", completion: .identities)
    var identity: String?

    @OptionGroup(title: "Credentials") var keysFolder: KeysFolderOption

    @Option(
        name: [.customShort("u", allowingJoined: true), .customLong("psk-identity")],
        help: "The identity of a pre-shared key given here.")
    var pskIdentity: String?

    @Option(
        name: .customLong("psk-file"),
        help: ArgumentHelp(
            """
            The file with that key, which only you may read: one line of text, or 'hex:' and digits. A pipe will do, and - \
            is the standard input.
            """, valueName: "file"), completion: .file())
    var pskFile: String?

    @Option(
        name: [.customShort("k", allowingJoined: true), .customLong("psk")],
        help: ArgumentHelp(
            """
            That key itself, text or 'hex:' and digits. It lands in your shell's history, and for the first moment in the \
            process list; better use --psk-file.
            """, valueName: "key"))
    var psk: String?

    @Option(
        name: [.customShort("c", allowingJoined: true), .long],
        help: ArgumentHelp("This side's certificate with its chain, PEM.", valueName: "file"), completion: .file())
    var certificate: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .customLong("private-key")],
        help: ArgumentHelp("Its private key, PEM; only you may read it.", valueName: "file"), completion: .file())
    var privateKey: String?

    @Option(
        name: [.customShort("C", allowingJoined: true), .customLong("ca")],
        help: ArgumentHelp(
            "The authorities whose servers are believed, PEM; ca.pem of the keys folder without it.", valueName: "file"),
        completion: .file())
    var ca: String?

    private static let ways = """
        --identity NAME (a key of the keys folder), or -u ID with --psk-file FILE, or -C FILE with or without \
        -c FILE -j FILE (certificates)
        """

    /// True when there are credentials on the command line, whole or in part.
    var isGiven: Bool {
        identity != nil || pskIdentity != nil || pskFile != nil || psk != nil || certificate != nil || privateKey != nil
            || ca != nil
    }

    /// The client's security for a URI.
    ///
    /// - Throws: `CoAPError` with what is missing, contradicts itself or cannot be read.
    func security(for uri: CoAPURI) throws(CoAPError) -> ClientSecurity {
        try MulticastAddress.refuse(uri.scheme, uri.host)
        guard uri.scheme == .coaps else {
            guard !isGiven else {
                throw CoAPError(
                    .invalidArgument,
                    "\(uri.authority) is plain CoAP and would not use the credentials: write coaps://, or leave them out"
                )
            }
            return .plain
        }
        try requireOneWay(for: uri)
        if let identity { return .preSharedKey(try keysFolder.folder().preSharedKey(identity: identity)) }
        if usesKey { return .preSharedKey(try givenKey()) }
        return try certificateSecurity()
    }

    private var usesKey: Bool { pskIdentity != nil || pskFile != nil || psk != nil }
    private var usesCertificate: Bool { certificate != nil || privateKey != nil || ca != nil }

    /// Refuses none and several of the ways to give credentials.
    func requireOneWay(for uri: CoAPURI) throws(CoAPError) {
        let ways = [identity != nil, usesKey, usesCertificate].filter { $0 }.count
        guard ways == 1 else {
            throw CoAPError(
                .invalidArgument,
                ways == 0
                    ? "\(uri.authority) needs credentials: give \(Self.ways)"
                    : "there are several kinds of credentials: give one of \(Self.ways)")
        }
    }

    private func givenKey() throws(CoAPError) -> PreSharedKey {
        guard let pskIdentity else {
            throw CoAPError(.invalidArgument, "a key needs its identity: give -u ID")
        }
        switch (pskFile, psk) {
        case (let file?, nil):
            let name = file == "-" ? "the standard input" : PrintableText.escaped(file.utf8)
            let text = try SecretInput.read(file)
            let key: Result<Secret, CoAPError> = text.withBytes { bytes in
                Result { () throws(CoAPError) in try KeyText.key(inFile: bytes, named: name) }
            }
            return try PreSharedKey(identity: pskIdentity, key: try key.get())
        case (nil, let key?):
            return try PreSharedKey(
                identity: pskIdentity, key: try KeyText.key(Array(key.utf8), named: "the key behind -k"))
        case (nil, nil):
            throw CoAPError(
                .invalidArgument,
                "the identity '\(PrintableText.escaped(pskIdentity.utf8))' needs its key: give --psk-file FILE")
        case (_?, _?): throw CoAPError(.invalidArgument, "there are two keys: give --psk-file or --psk, not both")
        }
    }

    /// An error of a session with what only this side knows about it: how the key was given.
    func explained(_ error: CoAPError, _ security: ClientSecurity) -> CoAPError {
        guard error.code == .handshakeFailed, identity == nil, case .preSharedKey(let key) = security,
            KeyText.looksLikeDigits(key.key)
        else { return error }
        var error = error
        error.message += "; the key looks like hexadecimal digits: write 'hex:' before them if that is what they are"
        return error
    }

    /// The file with the authorities that are believed; nil when there is none.
    func authoritiesPath() throws(CoAPError) -> String? {
        if let ca { return ca }
        let standard = try keysFolder.folder().certificateAuthorityPath
        return FileManager.default.fileExists(atPath: standard) ? standard : nil
    }

    private func certificateSecurity() throws(CoAPError) -> ClientSecurity {
        guard let authorities = try authoritiesPath() else {
            throw CoAPError(
                .invalidArgument,
                "there is nobody to believe: give -C FILE with the authority of the server's certificate")
        }
        let trust = try CredentialFiles.trustAnchors(at: authorities)
        switch (certificate, privateKey) {
        case (nil, nil): return .certificate(trust: trust)
        case (let certificate?, let privateKey?):
            let own = try CredentialFiles.certificateCredential(certificatePath: certificate, keyPath: privateKey)
            return .certificate(own, trust: trust)
        case (_?, nil): throw CoAPError(.invalidArgument, "a certificate needs its private key: give -j FILE too")
        case (nil, _?): throw CoAPError(.invalidArgument, "a private key needs its certificate: give -c FILE too")
        }
    }
}
