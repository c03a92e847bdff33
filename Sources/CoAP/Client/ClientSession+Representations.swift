// SPDX-License-Identifier: Apache-2.0

// The methods with a body, for values that know their formats.
extension ClientSession {
    /// Replaces a resource by a value, in the format given, or the value's preferred one; parameters and errors as in
    /// ``get(_:accept:options:confirmable:timeout:)``, and `invalidArgument` when the value cannot be shown in that format.
    public func put<Value: Representation>(
        _ path: some ResourcePath, _ value: Value, as format: ContentFormat? = nil, options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        let (payload, format) = try Self.encode(value, as: format)
        return try await put(
            path, payload, contentFormat: format, options: options, confirmable: confirmable, timeout: timeout)
    }

    /// Has a resource process a value; parameters and errors as in ``put(_:_:as:options:confirmable:timeout:)``.
    public func post<Value: Representation>(
        _ path: some ResourcePath, _ value: Value, as format: ContentFormat? = nil, accept: ContentFormat? = nil,
        options: Options = Options(), confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        let (payload, format) = try Self.encode(value, as: format)
        return try await post(
            path, payload, contentFormat: format, accept: accept, options: options, confirmable: confirmable,
            timeout: timeout)
    }

    /// Reads the part of a resource that the value describes (RFC 8132); parameters and errors as in
    /// ``put(_:_:as:options:confirmable:timeout:)``.
    public func fetch<Value: Representation>(
        _ path: some ResourcePath, _ value: Value, as format: ContentFormat? = nil, accept: ContentFormat? = nil,
        options: Options = Options(), confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        let (payload, format) = try Self.encode(value, as: format)
        return try await fetch(
            path, payload, contentFormat: format, accept: accept, options: options, confirmable: confirmable,
            timeout: timeout)
    }

    /// Changes a part of a resource (RFC 8132); parameters and errors as in ``put(_:_:as:options:confirmable:timeout:)``.
    public func patch<Value: Representation>(
        _ path: some ResourcePath, _ value: Value, as format: ContentFormat? = nil, options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        let (payload, format) = try Self.encode(value, as: format)
        return try await patch(
            path, payload, contentFormat: format, options: options, confirmable: confirmable, timeout: timeout)
    }

    /// Changes a part of a resource, idempotently (RFC 8132); parameters and errors as in
    /// ``put(_:_:as:options:confirmable:timeout:)``.
    public func iPatch<Value: Representation>(
        _ path: some ResourcePath, _ value: Value, as format: ContentFormat? = nil, options: Options = Options(),
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        let (payload, format) = try Self.encode(value, as: format)
        return try await iPatch(
            path, payload, contentFormat: format, options: options, confirmable: confirmable, timeout: timeout)
    }

    private static func encode<Value: Representation>(
        _ value: Value, as wanted: ContentFormat?
    ) throws(CoAPError) -> ([UInt8], ContentFormat) {
        let format = wanted ?? Value.contentFormats.first ?? .octetStream
        guard Value.contentFormats.contains(format) else {
            let offered = Value.contentFormats.map(\.description).joined(separator: ", ")
            throw CoAPError(
                .invalidArgument, "\(Value.self) cannot be shown as \(format); it can be as \(offered)")
        }
        do {
            return (try value.encoded(as: format), format)
        } catch {
            throw CoAPError(.invalidArgument, "\(Value.self) cannot be shown as \(format)", cause: "\(error)")
        }
    }
}
