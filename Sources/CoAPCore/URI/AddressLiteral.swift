// SPDX-License-Identifier: Apache-2.0

/// IP addresses as a URI writes them (RFC 3986 §3.2.2).
enum AddressLiteral {
    /// True for four numbers from 0 to 255 without leading zeros.
    static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy(isOctet)
    }

    /// True for eight groups of one to four hexadecimal digits, of which one run may be left out as `::` and the last two may
    /// be an IPv4 address.
    static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        var groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)[...]
        guard groups.count > 2 else { return false }
        // At either end `::` leaves two empty groups, of which one stays to stand for the gap.
        if groups.first?.isEmpty == true {
            groups.removeFirst()
            guard groups.first?.isEmpty == true else { return false }
        }
        if groups.count > 1, groups.last?.isEmpty == true {
            groups.removeLast()
            guard groups.last?.isEmpty == true else { return false }
        }
        var count = 0
        var gaps = 0
        for (index, group) in groups.enumerated() {
            if group.isEmpty {
                gaps += 1
            } else if group.count <= 4 && group.allSatisfy({ Hexadecimal.value(of: $0) != nil }) {
                count += 1
            } else if index == groups.count - 1 && isIPv4(group) {
                count += 2
            } else {
                return false
            }
        }
        return gaps == 0 ? count == 8 : gaps == 1 && count < 8
    }

    /// True for what older functions of the system take for an IPv4 address, each in its own way: nothing but numbers, in any
    /// base, between dots.
    static func looksLikeIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        var parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        return parts.allSatisfy { part in
            if part.starts(with: "0x".utf8) || part.starts(with: "0X".utf8) {
                return part.dropFirst(2).allSatisfy { Hexadecimal.value(of: $0) != nil }
            }
            return !part.isEmpty && part.allSatisfy(isDigit)
        }
    }

    private static func isOctet(_ text: ArraySlice<UInt8>) -> Bool {
        guard (1...3).contains(text.count), text.allSatisfy(isDigit) else { return false }
        guard text.count == 1 || text.first != UInt8(ascii: "0") else { return false }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }
}
