// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

extension KeyFolder {
    /// Every pre-shared key of the folder.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` when psk.json cannot be read or others may read it, `invalidCredentials` when an
    ///   entry makes no sense; the message names it.
    public func preSharedKeys() throws(CoAPError) -> [PreSharedKey] {
        try require(preSharedKeysPath, else: initCommand)
        return try PreSharedKeyFile(path: preSharedKeysPath).keys
    }

    /// The pre-shared key of an identity, or the newest one of a device whose first key is good no more.
    ///
    /// - Throws: as ``preSharedKeys()``, and `invalidCredentials` when the identity has no key, or one that has run out; the
    ///   message names those that have.
    public func preSharedKey(identity: String) throws(CoAPError) -> PreSharedKey {
        let keys = try preSharedKeys()
        let name = Array(identity.utf8)
        let now = Int64(time(nil))
        let own = keys.first { $0.identity == name }
        if let own, own.isGood(at: now) { return own }
        let newest = keys.last { $0.holder == (own?.holder ?? name) && $0.isGood(at: now) }
        if let newest, newest.holder == name { return newest }
        if let own, let end = own.notAfter {
            let device = String(decoding: own.holder, as: UTF8.self)
            let advice =
                newest.map { "its device has one of the identity '\(PrintableText.escaped($0.identity))' now" }
                ?? "make a new one with: coap keys rotate \(ShellText.quoted(device))\(option)"
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(preSharedKeysPath.utf8)): the key of '\(PrintableText.escaped(name))' ran out on "
                    + "\(CalendarDate(end)); \(advice)")
        }
        let shown = Self.some(of: keys.map(\.identity))
        throw CoAPError(
            .invalidCredentials,
            "\(PrintableText.escaped(preSharedKeysPath.utf8)): there is no key for "
                + "'\(PrintableText.escaped(identity.utf8))'; "
                + (shown.isEmpty ? "there is none at all" : "there are keys for: \(shown)"))
    }

    /// What a server needs: the pre-shared keys, its certificate, and the demand that peers with certificates have one of this
    /// folder's authority, or of one that was imported, that was neither revoked nor replaced.
    ///
    /// - Parameters:
    ///   - present: what a running server has: its certificate, and whom it believes, are kept where those in the folder are no
    ///     good, so that this does not keep a device from being revoked. Where the register is lost, of the keys in the folder
    ///     those are taken that it has.
    ///   - complaining: is told what was kept and why, and when the register is lost.
    /// - Throws: `CoAPError`: `fileUnavailable`, also when the register is lost and nothing is `present`, and
    ///   `invalidCredentials`, with the file's name.
    public func serverSecurity(
        keeping present: ServerSecurity? = nil, complaining: (CoAPError) -> Void = { _ in }
    ) throws(CoAPError) -> ServerSecurity {
        let known = present?.retired ?? []
        // What a running server refuses by its register shows that there was one, too.
        let isLost = isRegisterLost || !known.isEmpty && FileWriter.isMissing(registerPath)
        var keys = try preSharedKeys()
        let register: DeviceRegister
        if isLost, let present {
            complaining(lostRegister("until it is there, the server lets nobody in whom it did not let in before"))
            register = DeviceRegister()
            keys.removeAll { present.preSharedKeys?.entry(for: $0.identity) != $0 }
        } else {
            register = try self.register()
        }
        // Whoever was revoked stays so when a command was cut short, or an older file of keys was put back.
        let revoked = Set(register.revoked.map { Array($0.device.utf8) })
        keys.removeAll { revoked.contains($0.holder) }
        let table = try PreSharedKeyTable(keys)
        func kept<Value>(
            _ what: String, _ value: Value?, _ read: () throws(CoAPError) -> Value
        ) throws(CoAPError) -> Value {
            do throws(CoAPError) {
                return try read()
            } catch {
                guard let value else { throw error }
                complaining(CoAPError(error.code, "\(error.message); the server keeps \(what)", cause: error.cause))
                return value
            }
        }
        let trust = try kept("the authorities it has", present?.clientAuthentication) { () throws(CoAPError) in
            .required(try deviceTrust())
        }
        let certificate = try kept("the certificate it has", present?.certificate) { () throws(CoAPError) in
            try serverCredential()
        }
        let registered = Set(register.retired.map(\.name))
        return ServerSecurity(
            preSharedKeys: table, certificate: certificate, clientAuthentication: trust,
            // What was refused once stays so while the server runs, whatever became of the register.
            retired: register.retired + known.filter { !registered.contains($0.name) })
    }

    /// Whom a server believes about devices: the folder's authority and those imported, with the lists of the revoked.
    private func deviceTrust() throws(CoAPError) -> TrustAnchors {
        try require(certificateAuthorityPath, else: initCommand)
        var pem: [UInt8] = []
        for path in [certificateAuthorityPath] + outsideAuthorities.map({ "\(authoritiesPath)/\($0).pem" }) {
            // Each by itself first, so that an error names its file.
            _ = try CredentialFiles.trustAnchors(at: path)
            pem += try CredentialFiles.contents(at: path) + [0x0A]
        }
        let lists = try presentLists()
        guard !lists.isEmpty else { return try TrustAnchors(pem: pem, revocationLists: []) }
        let authorities = try ownAuthorities()
        let now = Int64(time(nil))
        // What is left of an old authority where its end was cut short; a list of the present one shows that the file is ours.
        let isOurs = lists.contains { $0.isSigned(by: authorities[0]) }
        var pemOfLists: [UInt8] = []
        let shown = PrintableText.escaped(revocationListPath.utf8)
        let remedy = "remove it; the next 'coap keys revoke' makes one that names everything revoked so far"
        for list in lists {
            guard let signer = authorities.first(where: list.isSigned) else {
                if isOurs { continue }
                throw CoAPError(
                    .invalidCredentials,
                    "\(shown): the list is not signed by \(PrintableText.escaped(certificateAuthorityPath.utf8)); \(remedy)"
                )
            }
            pemOfLists += try list.pem()
            // That of an old authority ends along with it, and with all its certificates.
            if signer !== authorities[0], try signer.validity().notAfter < now { continue }
            guard list.nextUpdate == 0 || list.nextUpdate >= now else {
                throw CoAPError(
                    .invalidCredentials,
                    "\(shown): the list ran out on \(CalendarDate(list.nextUpdate)), and every certificate would be refused; "
                        + remedy)
            }
        }
        return try CredentialFiles.named(shown) { () throws(CoAPError) in
            try TrustAnchors(pem: pem, revocationLists: pemOfLists)
        }
    }

    /// The names of the imported authorities, sorted.
    var outsideAuthorities: [String] {
        (FileWriter.names(in: authoritiesPath) ?? []).filter { $0.hasSuffix(".pem") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    /// The folder's authority as whom to believe.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func trustAnchors() throws(CoAPError) -> TrustAnchors {
        try require(certificateAuthorityPath, else: initCommand)
        return try CredentialFiles.trustAnchors(at: certificateAuthorityPath)
    }

    /// A device's certificate and key.
    ///
    /// - Throws: `CoAPError`: `invalidArgument` for a name no device can have, `fileUnavailable`, `invalidCredentials`.
    public func deviceCredential(named name: String) throws(CoAPError) -> CertificateCredential {
        try Self.checkName(name)
        return try credential(
            certificatePath(ofDevice: name), keyPath(ofDevice: name), renewal: addCommand(name))
    }

    /// The devices the folder has a key or certificate for, by name.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func devices() throws(CoAPError) -> [DeviceSummary] {
        let keyed = Set(try preSharedKeys().map { String(decoding: $0.holder, as: UTF8.self) })
        let certified = Set(certifiedDevices)
        var devices: [DeviceSummary] = []
        for name in keyed.union(certified).sorted() {
            var certificate: CertificateSummary?
            if certified.contains(name) {
                certificate = try CredentialFiles.certificateSummary(at: certificatePath(ofDevice: name))
            }
            devices.append(
                DeviceSummary(name: name, hasPreSharedKey: keyed.contains(name), certificate: certificate))
        }
        return devices
    }

    /// The names of the devices that have a certificate, sorted.
    var certifiedDevices: [String] {
        (FileWriter.names(in: devicesPath) ?? []).filter { $0.hasSuffix(".pem") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    private func credential(
        _ certificatePath: String, _ keyPath: String, renewal command: String
    ) throws(CoAPError) -> CertificateCredential {
        // The certificate alone is missing, or both are: the command makes it. A lost key is not made again.
        try require(certificatePath, else: command)
        let files = "\(ShellText.quoted(certificatePath)) \(ShellText.quoted(keyPath))"
        return try CredentialFiles.certificateCredential(
            certificatePath: certificatePath, keyPath: keyPath,
            renewal: "make a new one with: rm \(files) && \(command)")
    }

    /// Refuses secrets that others may read, those that are not needed now too, and an authority that others may exchange.
    func checkModes() throws(CoAPError) {
        let keys = (FileWriter.names(in: devicesPath) ?? []).filter { $0.hasSuffix(".key") && !$0.hasPrefix(".") }
            .sorted()
        let own = [authorityKeyPath, serverKeyPath].flatMap { [$0, Self.waitingPath($0)] } + [preSharedKeysPath]
        for path in own + keys.map({ "\(devicesPath)/\($0)" }) {
            try CredentialFiles.requireSecrecy(of: path)
        }
        try CredentialFiles.requireMode(
            of: certificateAuthorityPath, without: 0o022, else: "writable by others", mending: "chmod go-w")
    }

    /// Says which command makes a file of the folder when it is missing.
    func require(_ file: String, else command: String) throws(CoAPError) {
        guard FileWriter.isMissing(file) else { return }
        throw CredentialFiles.unavailable(file, "there is no such file; run: \(command)")
    }
}
