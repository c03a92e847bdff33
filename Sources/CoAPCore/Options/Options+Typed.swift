// SPDX-License-Identifier: Apache-2.0

// The registered options by name and type (RFC 7252 §5.10 and the RFCs named at each).
extension Options {
    /// The path's segments, decoded, 0–255 bytes each; bytes that are not UTF-8 are replaced.
    public var uriPath: [String] {
        get { strings(.uriPath) }
        set { replace(.uriPath, with: newValue) }
    }

    /// The query's arguments, `name=value` each, 0–255 bytes.
    public var uriQuery: [String] {
        get { strings(.uriQuery) }
        set { replace(.uriQuery, with: newValue) }
    }

    /// The host the client asked for, 1–255 bytes; nil means the address the request arrived at.
    public var uriHost: String? {
        get { first(.uriHost).map { String(decoding: $0, as: UTF8.self) } }
        set { set(.uriHost, to: newValue.map { Array($0.utf8) }) }
    }

    /// The port the client asked for; nil means the port the request arrived at.
    public var uriPort: UInt16? {
        get { uint(.uriPort).flatMap(UInt16.init(exactly:)) }
        set { set(.uriPort, to: newValue.map { UIntValue.encode(UInt64($0)) }) }
    }

    /// The format of the payload.
    public var contentFormat: ContentFormat? {
        get { uint(.contentFormat).flatMap(UInt16.init(exactly:)).map(ContentFormat.init(rawValue:)) }
        set { set(.contentFormat, to: newValue.map { UIntValue.encode(UInt64($0.rawValue)) }) }
    }

    /// The only format the client takes; nil means any.
    public var accept: ContentFormat? {
        get { uint(.accept).flatMap(UInt16.init(exactly:)).map(ContentFormat.init(rawValue:)) }
        set { set(.accept, to: newValue.map { UIntValue.encode(UInt64($0.rawValue)) }) }
    }

    /// Seconds for which the response is fresh, 0 to 4,294,967,295; nil means 60 (RFC 7252 §5.10.5).
    public var maxAge: UInt32? {
        get { uint(.maxAge).flatMap(UInt32.init(exactly:)) }
        set { set(.maxAge, to: newValue.map { UIntValue.encode(UInt64($0)) }) }
    }

    /// The entity-tags, 1–8 bytes each: those the client holds, or the one of the response.
    public var eTags: [[UInt8]] {
        get { all(.eTag) }
        set { replaceAll(.eTag, with: newValue) }
    }

    /// The entity-tags of which the resource must have one, 0–8 bytes each; an empty tag asks only that the resource exists.
    public var ifMatch: [[UInt8]] {
        get { all(.ifMatch) }
        set { replaceAll(.ifMatch, with: newValue) }
    }

    /// True when the resource must not exist yet.
    public var ifNoneMatch: Bool {
        get { contains(.ifNoneMatch) }
        set { set(.ifNoneMatch, to: newValue ? [] : nil) }
    }

    /// 0 registers, 1 deregisters; in a notification its sequence number, 0 to 16,777,215 (RFC 7641 §2).
    ///
    /// Of a larger number the lower 24 bits are kept.
    public var observe: UInt32? {
        get { uint(.observe).flatMap(UInt32.init(exactly:)) }
        set { set(.observe, to: newValue.map { UIntValue.encode(UInt64($0 & 0xFF_FFFF)) }) }
    }

    /// The segments of a created resource's path, 0–255 bytes each.
    public var locationPath: [String] {
        get { strings(.locationPath) }
        set { replace(.locationPath, with: newValue) }
    }

    /// The arguments of a created resource's query, 0–255 bytes each.
    public var locationQuery: [String] {
        get { strings(.locationQuery) }
        set { replace(.locationQuery, with: newValue) }
    }

    /// The size of the request's body in bytes, or the largest one a server takes (RFC 7959 §4).
    public var size1: UInt32? {
        get { uint(.size1).flatMap(UInt32.init(exactly:)) }
        set { set(.size1, to: newValue.map { UIntValue.encode(UInt64($0)) }) }
    }

    /// The size of the response's body in bytes (RFC 7959 §4).
    public var size2: UInt32? {
        get { uint(.size2).flatMap(UInt32.init(exactly:)) }
        set { set(.size2, to: newValue.map { UIntValue.encode(UInt64($0)) }) }
    }

    /// The response classes the client does not want: bit 1 for 2.xx, bit 3 for 4.xx, bit 4 for 5.xx (RFC 7967).
    public var noResponse: UInt8? {
        get { uint(.noResponse).flatMap(UInt8.init(exactly:)) }
        set { set(.noResponse, to: newValue.map { UIntValue.encode(UInt64($0)) }) }
    }

    private func strings(_ number: OptionNumber) -> [String] {
        var values: [String] = []
        forEachValue(of: number) { values.append(String(decoding: $0, as: UTF8.self)) }
        return values
    }

    private mutating func replace(_ number: OptionNumber, with values: [String]) {
        replaceAll(number, with: values.lazy.map { Array($0.utf8) })
    }
}
