// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials
import Foundation

/// Who the client is and whom it believes.
struct CredentialOptions: ParsableArguments {
    @Option(help: "Take the pre-shared key of this identity from the keys folder.")
    var identity: String?

    @Option(help: ArgumentHelp("The keys folder.", valueName: "dir"))
    var keys = "keys"

    @Option(
        name: [.customShort("u"), .customLong("psk-identity")], help: "The identity of a pre-shared key given here.")
    var pskIdentity: String?

    @Option(
        name: .customLong("psk-file"),
        help: ArgumentHelp(
            "The file with that key: one line of text, or 'hex:' and digits; only you may read it.", valueName: "file"))
    var pskFile: String?

    @Option(
        name: [.customShort("k", allowingJoined: true), .customLong("psk")],
        help: ArgumentHelp(
            "That key itself, which lands in your shell's history; better use --psk-file.", valueName: "key"))
    var psk: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("This side's certificate with its chain, PEM.", valueName: "file"))
    var certificate: String?

    @Option(
        name: [.customShort("j"), .customLong("private-key")],
        help: ArgumentHelp("Its private key, PEM; only you may read it.", valueName: "file"))
    var privateKey: String?

    @Option(
        name: [.customShort("C"), .customLong("ca")],
        help: ArgumentHelp(
            "The authorities whose servers are believed, PEM; ca.pem of the keys folder.", valueName: "file"))
    var ca: String?

    private static let ways = """
        --identity NAME (a key of the keys folder), or -u ID with --psk-file FILE, or -C FILE with or without \
        -c FILE -j FILE (certificates)
        """

    /// The client's security for a URI.
    ///
    /// - Throws: `CoAPError` with what is missing, contradicts itself or cannot be read.
    func security(for uri: CoAPURI) throws(CoAPError) -> ClientSecurity {
        let usesKey = pskIdentity != nil || pskFile != nil || psk != nil
        let usesCertificate = certificate != nil || privateKey != nil || ca != nil
        let ways = [identity != nil, usesKey, usesCertificate].filter { $0 }.count
        guard uri.scheme == .coaps else {
            guard ways == 0 else {
                throw CoAPError(
                    .invalidArgument,
                    "\(uri.authority) is plain CoAP and would not use the credentials: write coaps://, or leave them out"
                )
            }
            return .plain
        }
        guard ways == 1 else {
            throw CoAPError(
                .invalidArgument,
                ways == 0
                    ? "\(uri.authority) needs credentials: give \(Self.ways)"
                    : "there are several kinds of credentials: give one of \(Self.ways)")
        }
        if let identity { return .preSharedKey(try KeyFolder(path: keys).preSharedKey(identity: identity)) }
        if usesKey { return .preSharedKey(try givenKey()) }
        return try certificateSecurity()
    }

    private func givenKey() throws(CoAPError) -> PreSharedKey {
        guard let pskIdentity else {
            throw CoAPError(.invalidArgument, "a key needs its identity: give -u ID")
        }
        switch (pskFile, psk) {
        case (let file?, nil):
            let key = try CredentialFiles.secret(at: file)
            let name = PrintableText.escaped(file.utf8)
            guard var bytes = key.withBytes(Self.key) else {
                throw CoAPError(.invalidCredentials, "\(name): behind 'hex:' pairs of digits 0-9 and a-f are expected")
            }
            defer { bytes.wipe() }
            guard !bytes.isEmpty else {
                throw CoAPError(.invalidCredentials, "\(name): there is no key in it; write it on one line")
            }
            do throws(CoAPError) {
                return try PreSharedKey(identity: pskIdentity, key: Secret(bytes))
            } catch {
                throw CoAPError(error.code, "\(name): \(error.message)")
            }
        case (nil, let key?): return try PreSharedKey(identity: pskIdentity, key: Secret(key.utf8))
        case (nil, nil):
            throw CoAPError(
                .invalidArgument,
                "the identity '\(PrintableText.escaped(pskIdentity.utf8))' needs its key: give --psk-file FILE")
        case (_?, _?): throw CoAPError(.invalidArgument, "there are two keys: give --psk-file or --psk, not both")
        }
    }

    /// The key in a file's text: without the line's end, and in digits behind `hex:`; nil when those make no sense.
    private static func key(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var line = Array(text)
        while line.last == 0x0A || line.last == 0x0D { line.removeLast() }
        guard line.starts(with: "hex:".utf8) else { return line }
        defer { line.wipe() }
        return Hexadecimal.decode(String(decoding: line.dropFirst(4), as: UTF8.self).filter { $0 != " " })
    }

    private func certificateSecurity() throws(CoAPError) -> ClientSecurity {
        let standard = KeyFolder(path: keys).certificateAuthorityPath
        guard let authorities = ca ?? (FileManager.default.fileExists(atPath: standard) ? standard : nil) else {
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
