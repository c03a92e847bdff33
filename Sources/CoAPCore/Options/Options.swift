// SPDX-License-Identifier: Apache-2.0

/// The options of a message in the order of their numbers (RFC 7252 §3.1).
///
/// All options stand in one buffer — number, length, value, one after the other — so that a request costs one
/// allocation however many options it has, and looking one up walks a few dozen bytes.
public struct Options: Hashable, Sendable {
    /// Per option: number (2 bytes), length (2 bytes), both in network order, then the value.
    package private(set) var storage: [UInt8]

    /// No options.
    public init() { storage = [] }

    /// The options of a sequence; those of one number keep their order.
    public init(_ options: some Sequence<CoAPOption>) {
        self.init()
        for option in options { append(option) }
    }

    /// Takes over a buffer in this type's own layout, ascending by number.
    package init(storage: [UInt8]) { self.storage = storage }

    /// True when there is no option.
    public var isEmpty: Bool { storage.isEmpty }

    /// Adds an option behind those of the same or a lower number.
    ///
    /// - Precondition: the value is at most 65535 bytes; what does not fit a message is refused when it is sent.
    public mutating func append(_ option: CoAPOption) {
        let end = storage.count
        var insertion = end
        storage.withUnsafeBufferPointer { buffer in
            var cursor = 0
            while cursor < end {
                if Self.number(buffer, at: cursor) > option.number.rawValue {
                    insertion = cursor
                    return
                }
                cursor += 4 + Self.length(buffer, at: cursor)
            }
        }
        let number = option.number.rawValue
        let length = UInt16(option.value.count)
        let header = [
            UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number),
            UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length),
        ]
        storage.insert(contentsOf: header + option.value, at: insertion)
    }

    /// Removes every option of this number.
    public mutating func removeAll(_ number: OptionNumber) {
        self = Options(filter { $0.number != number })
    }

    /// Replaces every option of this number by one with this value; nil removes them.
    public mutating func set(_ number: OptionNumber, to value: [UInt8]?) {
        if contains(number) { removeAll(number) }
        if let value { append(CoAPOption(number, value)) }
    }

    /// True when an option of this number is there.
    public func contains(_ number: OptionNumber) -> Bool {
        withFirst(number) { _ in true } ?? false
    }

    /// The value of the first option of this number.
    public func first(_ number: OptionNumber) -> [UInt8]? { withFirst(number) { Array($0) } }

    /// The values of every option of this number, in order.
    public func all(_ number: OptionNumber) -> [[UInt8]] {
        var values: [[UInt8]] = []
        forEachValue(of: number) { values.append(Array($0)) }
        return values
    }

    /// The first option of this number as an unsigned integer; nil when it is absent or longer than eight bytes.
    public func uint(_ number: OptionNumber) -> UInt64? {
        withFirst(number) { UIntValue.decode($0) } ?? nil
    }

    /// Calls the closure with the bytes of each option of this number; they live only during the call.
    package func forEachValue(of number: OptionNumber, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        forEach { found, value in
            if found == number.rawValue { body(value) }
            return found <= number.rawValue
        }
    }

    /// Calls the closure with each option's number and bytes, ascending, until it returns false.
    package func forEach(_ body: (UInt16, UnsafeBufferPointer<UInt8>) -> Bool) {
        storage.withUnsafeBufferPointer { buffer in
            var cursor = 0
            while cursor < buffer.count {
                let length = Self.length(buffer, at: cursor)
                let value = UnsafeBufferPointer(rebasing: buffer[(cursor + 4)..<(cursor + 4 + length)])
                guard body(Self.number(buffer, at: cursor), value) else { return }
                cursor += 4 + length
            }
        }
    }

    private func withFirst<Result>(
        _ number: OptionNumber, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        var result: Result?
        forEach { found, value in
            if found == number.rawValue { result = body(value) }
            return found < number.rawValue
        }
        return result
    }

    private static func number(_ buffer: UnsafeBufferPointer<UInt8>, at cursor: Int) -> UInt16 {
        UInt16(buffer[cursor]) << 8 | UInt16(buffer[cursor + 1])
    }

    private static func length(_ buffer: UnsafeBufferPointer<UInt8>, at cursor: Int) -> Int {
        Int(buffer[cursor + 2]) << 8 | Int(buffer[cursor + 3])
    }
}

extension Options: Sequence {
    /// Walks the options in ascending order of number.
    public func makeIterator() -> some IteratorProtocol<CoAPOption> {
        var options: [CoAPOption] = []
        forEach { number, value in
            options.append(CoAPOption(OptionNumber(rawValue: number), Array(value)))
            return true
        }
        return options.makeIterator()
    }
}

extension Options: ExpressibleByArrayLiteral {
    /// The options of a literal.
    public init(arrayLiteral elements: CoAPOption...) { self.init(elements) }
}

extension Options: CustomStringConvertible {
    /// Every option with name and value, separated by commas.
    public var description: String { map(\.description).joined(separator: ", ") }
}

extension Options {
    /// Calls `each` with the bytes of every Uri-Path segment and then `then`, while all of those bytes can be read.
    package func withUriPath(each: (UnsafeBufferPointer<UInt8>) -> Void, then: () -> Void) {
        storage.withUnsafeBufferPointer { _ in
            forEachValue(of: .uriPath, each)
            then()
        }
    }

    /// The bytes the options take on the wire (RFC 7252 §3.1).
    package var wireSize: Int {
        var size = 0
        var previous: UInt16 = 0
        func extended(_ number: Int) -> Int { number < 13 ? 0 : number < 269 ? 1 : 2 }
        forEach { number, value in
            size += 1 + extended(Int(number - previous)) + extended(value.count) + value.count
            previous = number
            return true
        }
        return size
    }
}
