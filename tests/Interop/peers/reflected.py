# A client that learns the contract from the server itself, by grpc.reflection.v1.
from contract import messages  # noqa: F401  (puts the generated messages on the path)

import reflection_pb2 as reflection
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

LIMIT = 20


class Reflected:
    def __init__(self, channel):
        self.channel = channel
        self.pool = descriptor_pool.DescriptorPool()
        self.ask = channel.stream_stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            lambda request: request.SerializeToString(),
            reflection.ServerReflectionResponse.FromString)

    def services(self):
        return [service.name for service in self.answer(list_services="").list_services_response.service]

    def call(self, service, method, **fields):
        """A unary call, its messages made of what the server told."""
        found = self.load(service).methods_by_name[method]
        request, response = (message_factory.MessageFactory(self.pool).GetPrototype(of)
                             for of in (found.input_type, found.output_type))
        make = self.channel.unary_unary(
            f"/{service}/{method}", lambda message: message.SerializeToString(), response.FromString)
        return make(request(**fields), timeout=LIMIT)

    def load(self, service):
        try:
            return self.pool.FindServiceByName(service)
        except KeyError:
            pass
        # Imports come before what imports them.
        for serialized in self.answer(file_containing_symbol=service).file_descriptor_response.file_descriptor_proto:
            self.pool.Add(descriptor_pb2.FileDescriptorProto.FromString(serialized))
        return self.pool.FindServiceByName(service)

    def answer(self, **question):
        (response,) = self.ask(iter([reflection.ServerReflectionRequest(**question)]), timeout=LIMIT)
        return response
