// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

extension KeyFolder {
    /// What a device needs, from this folder.
    ///
    /// - Parameter name: the device's name.
    /// - Throws: `CoAPError`: `invalidArgument` for a bad name; `invalidCredentials` when the device has nothing that is good;
    ///   `fileUnavailable`.
    public func export(device name: String) throws(CoAPError) -> DeviceExport {
        let found = try exported(name)
        return DeviceExport(
            device: name, identity: found.key.map { String(decoding: $0.identity, as: UTF8.self) },
            hasCertificate: found.hasCertificate, hasPrivateKey: found.hasPrivateKey,
            isKeyText: found.key.map(Self.isText) ?? false, place: .keys(self))
    }

    /// Writes what a device needs to a folder: its key in the forms that programs read, its certificate and private key, the
    /// authority's certificate, and the lines that use them. All that is secret has mode 0600.
    ///
    /// - Parameters:
    ///   - name: the device's name.
    ///   - folder: where to write; made when it is not there. Nothing in it is overwritten.
    ///   - uri: the resource that the lines ask for.
    /// - Returns: the device's export, whose lines name the files, and the files' paths.
    /// - Throws: as ``export(device:)``.
    public func export(
        device name: String, to folder: String, for uri: CoAPURI
    ) throws(CoAPError) -> (export: DeviceExport, files: [String]) {
        let found = try exported(name)
        try FileWriter.makeFolder(folder)
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        if let taken = ExportFile.allCases.first(where: { FileWriter.exists(prefix + $0.rawValue) }) {
            throw CredentialFiles.unavailable(
                prefix + taken.rawValue, "is there already, and nothing is overwritten; name another folder")
        }
        var files: [String] = []
        func write(_ secret: Secret, _ file: ExportFile) throws(CoAPError) {
            try FileWriter.write(secret, to: prefix + file.rawValue)
            files.append(prefix + file.rawValue)
        }
        func write(_ text: [UInt8], _ file: ExportFile) throws(CoAPError) {
            try FileWriter.write(text, to: prefix + file.rawValue)
            files.append(prefix + file.rawValue)
        }
        if let key = found.key {
            let text = ExportText(key)
            try write(text.key, .key)
            try write(text.digits, .keyDigits)
            if Self.isText(key) { try write(text.libcoap, .libcoap) }
            try write(try text.aiocoap(for: uri), .aiocoap)
        }
        if found.hasCertificate {
            try write(try CredentialFiles.contents(at: certificatePath(ofDevice: name)), .certificate)
            if found.hasPrivateKey { try write(try CredentialFiles.secret(at: keyPath(ofDevice: name)), .privateKey) }
        }
        if FileWriter.exists(certificateAuthorityPath) {
            try write(try CredentialFiles.contents(at: certificateAuthorityPath), .authority)
        }
        func export(_ prefix: String) -> DeviceExport {
            DeviceExport(
                device: name, identity: found.key.map { String(decoding: $0.identity, as: UTF8.self) },
                hasCertificate: found.hasCertificate, hasPrivateKey: found.hasPrivateKey,
                isKeyText: found.key.map(Self.isText) ?? false, place: .files(prefix: prefix))
        }
        let heading = "What the device \(name) needs. Run these lines in this folder.\n\n"
        try write(Array((heading + export("").lines(for: uri)).utf8), .explanation)
        return (export(prefix), files)
    }

    /// What is good of a device.
    private func exported(
        _ name: String
    ) throws(CoAPError) -> (key: PreSharedKey?, hasCertificate: Bool, hasPrivateKey: Bool) {
        try Self.checkName(name)
        let now = Int64(time(nil))
        let keys = try preSharedKeys().filter { $0.holder == Array(name.utf8) }
        let register = try DeviceRegister(path: registerPath)
        if let day = register.revocation(of: name) {
            throw CoAPError(
                .invalidCredentials,
                "'\(name)' was revoked on \(CalendarDate(day)); new credentials are made by: coap keys add \(name) "
                    + "--again\(option)")
        }
        let hasCertificate = certifiedDevices.contains(name)
        guard !keys.isEmpty || hasCertificate else {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(path.utf8)): there is nothing for '\(name)'; see: coap keys list\(option)")
        }
        var isCertificateGood = false
        if hasCertificate {
            let summary = try CredentialFiles.certificateSummary(at: certificatePath(ofDevice: name))
            isCertificateGood = summary.notAfter >= now
        }
        let key = keys.last { $0.isGood(at: now) }
        guard key != nil || isCertificateGood else {
            throw CoAPError(
                .invalidCredentials,
                "what '\(name)' has ran out; give it new credentials with: coap keys rotate \(name)\(option)")
        }
        return (
            key, isCertificateGood, isCertificateGood && FileWriter.exists(keyPath(ofDevice: name))
        )
    }

    /// True when coap-client takes it as text: its file divides by commas.
    private static func isText(_ key: PreSharedKey) -> Bool {
        let comma = UInt8(ascii: ",")
        return key.key.withBytes { $0.allSatisfy { 0x20...0x7E ~= $0 && $0 != comma } }
            && key.identity.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != comma }
    }
}
