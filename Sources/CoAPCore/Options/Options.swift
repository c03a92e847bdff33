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
    ///
    /// - Precondition: each value is at most 65,535 bytes; what does not fit a message is refused when it is sent.
    public init(_ options: some Sequence<CoAPOption>) {
        self.init()
        // The place in the sequence decides between equal numbers, since sorting promises nothing about them.
        let sorted = options.enumerated().sorted {
            ($0.element.number.rawValue, $0.offset) < ($1.element.number.rawValue, $1.offset)
        }
        for (_, option) in sorted { storage += Self.stored(option.number, option.value) }
    }

    /// Takes over a buffer in this type's own layout, ascending by number.
    package init(storage: [UInt8]) { self.storage = storage }

    /// True when there is no option.
    public var isEmpty: Bool { storage.isEmpty }

    /// Adds an option behind those of the same or a lower number.
    ///
    /// - Precondition: the value is at most 65,535 bytes; what does not fit a message is refused when it is sent.
    public mutating func append(_ option: CoAPOption) {
        storage.insert(contentsOf: Self.stored(option.number, option.value), at: range(of: option.number).upperBound)
    }

    /// Removes every option of this number.
    public mutating func removeAll(_ number: OptionNumber) { storage.removeSubrange(range(of: number)) }

    /// Replaces every option of this number by one with this value; nil removes them.
    ///
    /// - Precondition: the value is at most 65,535 bytes.
    public mutating func set(_ number: OptionNumber, to value: [UInt8]?) {
        replaceAll(number, with: value.map { CollectionOfOne($0) })
    }

    /// Replaces every option of this number by one for each value, in one pass however many there are.
    mutating func replaceAll(_ number: OptionNumber, with values: (some Sequence<[UInt8]>)?) {
        var replacement: [UInt8] = []
        if let values { for value in values { replacement += Self.stored(number, value) } }
        storage.replaceSubrange(range(of: number), with: replacement)
    }

    /// Where the options of this number stand in the buffer, or would stand when there is none.
    private func range(of number: OptionNumber) -> Range<Int> {
        storage.withUnsafeBufferPointer { buffer in
            var cursor = 0
            var start: Int?
            while cursor < buffer.count {
                let found = Self.number(buffer, at: cursor)
                if found >= number.rawValue, start == nil { start = cursor }
                if found > number.rawValue { break }
                cursor += 4 + Self.length(buffer, at: cursor)
            }
            return (start ?? cursor)..<cursor
        }
    }

    /// One option in the buffer's layout.
    private static func stored(_ number: OptionNumber, _ value: [UInt8]) -> [UInt8] {
        let length = UInt16(value.count)
        return [
            UInt8(truncatingIfNeeded: number.rawValue >> 8), UInt8(truncatingIfNeeded: number.rawValue),
            UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length),
        ] + value
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
}
