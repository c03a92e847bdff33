// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import CoAP

/// A list of revoked certificates (RFC 5280 §5).
final class RevocationList {
    /// A certificate on a list.
    struct Entry: Hashable {
        /// Its serial number in hexadecimal.
        let serial: String
        /// Since when, in seconds since 1970.
        let date: Int64
    }

    private let pointer: OpaquePointer

    private init(adopting pointer: OpaquePointer) { self.pointer = pointer }

    /// Reads the first list of a PEM text.
    init(pem: [UInt8], name: String) throws(CoAPError) {
        let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { BIO_free(bio) }
        guard let bio, let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) else {
            ERR_clear_error()
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(name.utf8)): there is no PEM revocation list in it; it must contain "
                    + "'-----BEGIN X509 CRL-----'")
        }
        pointer = list
    }

    /// Makes a list and signs it.
    ///
    /// - Parameters:
    ///   - number: larger than that of every list before.
    ///   - nextUpdate: when the list is good no more, in seconds since 1970.
    init(
        of certificates: [Entry], number: Int64, now: Int64, nextUpdate: Int64,
        by authority: IssuedCertificate, key: PrivateKey
    ) throws(CoAPError) {
        // Five minutes back, for clocks that go after.
        guard let list = ccoap_crl_new(authority.pointer, number, now - 300, nextUpdate) else {
            throw .libcrypto("the authority cannot make a revocation list")
        }
        pointer = list
        for entry in certificates {
            guard ccoap_crl_add(list, entry.serial, entry.date) == 1 else {
                throw .libcrypto("cannot put a certificate on a revocation list")
            }
        }
        guard ccoap_crl_sign(list, key.pointer) == 1 else { throw .libcrypto("cannot sign a revocation list") }
    }

    deinit { X509_CRL_free(pointer) }

    /// Every list of a PEM text, in its order.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when one cannot be read: it may say who is to be refused.
    static func all(in pem: [UInt8], name: String) throws(CoAPError) -> [RevocationList] {
        guard let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else {
            throw .libcrypto("there is no memory for a revocation list")
        }
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        var all: [RevocationList] = []
        while let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) { all.append(RevocationList(adopting: list)) }
        let mark = Array("-----BEGIN X509 CRL-----".utf8)
        let count = pem.indices.count { pem[$0] == mark[0] && pem[$0...].starts(with: mark) }
        guard all.count == count else {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(name.utf8)): a revocation list in it is damaged; copy it again from its origin"
            )
        }
        return all
    }

    /// What it names, in its order.
    var entries: [Entry] {
        final class Entries { var all: [Entry] = [] }
        let entries = Entries()
        ccoap_crl_each(pointer, Unmanaged.passUnretained(entries).toOpaque()) { context, serial, date in
            guard let context, let serial else { return }
            Unmanaged<Entries>.fromOpaque(context).takeUnretainedValue().all
                .append(Entry(serial: String(cString: serial), date: date))
        }
        // The callback's context must live until the last call.
        return withExtendedLifetime(entries) { entries.all }
    }

    /// True when it came behind another list of the same authority: by their numbers, or by their dates where one has none.
    func isNewer(than other: RevocationList) -> Bool {
        if number > 0, other.number > 0 { return number > other.number }
        return ccoap_crl_this_update(pointer) > ccoap_crl_this_update(other.pointer)
    }

    /// The list as PEM text.
    func pem() throws(CoAPError) -> [UInt8] {
        var length = 0
        guard let text = ccoap_crl_pem(pointer, &length) else { throw .libcrypto("cannot write a revocation list") }
        defer { ccoap_pem_free(text, length) }
        return Array(UnsafeRawBufferPointer(start: text, count: length))
    }

    /// Its number; 0 where it has none.
    var number: Int64 { ccoap_crl_number(pointer) }

    /// When it is good no more, in seconds since 1970; 0 where it does not say.
    var nextUpdate: Int64 { ccoap_crl_next_update(pointer) }

    /// True when an authority signed it.
    func isSigned(by authority: IssuedCertificate) -> Bool {
        defer { ERR_clear_error() }
        guard X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_subject_name(authority.pointer)) == 0,
            let key = X509_get0_pubkey(authority.pointer)
        else { return false }
        return X509_CRL_verify(pointer, key) == 1
    }
}
