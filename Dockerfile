# Trains, uses and serves the network without a network connection: the data is in the image.
FROM debian:trixie-slim AS build
WORKDIR /src
# The packages come first, so that a change of the sources does not install them again.
COPY script script
RUN script/bootstrap
COPY . .
# The sources' commit, which the program puts on record: .git is not in the context.
ARG MNIST_REVISION
RUN script/fetch-data && script/build release --target mnist

# For `docker build --target test .` alone.
FROM build AS test
RUN script/test

FROM debian:trixie-slim
# Debian replaces a version by its security update: a pinned one would soon not be found.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcpp-httplib0.18 libfmt10 libgif7 libhwy1t64 \
       libjpeg62-turbo libopenblas0-openmp libpng16-16t64 libsimdjson25 libssl3t64 libtiff6 libtorch2.6 \
       libwebp7 libwebpdemux2 libzip5 zlib1g \
    && rm -rf /var/lib/apt/lists/*
# As `cmake --install` lays them out, so that the program finds them by itself.
COPY --from=build /src/build/release/app/mnist /usr/local/bin/mnist
COPY --from=build /src/data/mnist /usr/local/share/mnist/data
COPY models/mnist-accurate.pt models/mnist-cnn.pt /usr/local/share/mnist/
ENV LANG=C.UTF-8 MNIST_REPRODUCIBLE=1
# Open to everybody, so that `docker run --user` works with any user.
RUN useradd --create-home --uid 1000 mnist && chmod 755 /home/mnist
USER 1000
WORKDIR /home/mnist
# Where `mnist serve --host 0.0.0.0` answers, unless it is given another port. Of a container that does
# something else there is nothing to be asked.
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["bash", "-c", \
    "! [[ $(tr '\\0' ' ' < /proc/1/cmdline) =~ 'mnist serve '(.*--port[=[:space:]]([0-9]+))? ]] || { exec 3<>/dev/tcp/127.0.0.1/${BASH_REMATCH[2]:-8080} && printf 'GET /v2/health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q 'ready.:true' <&3; }"]
ARG MNIST_REVISION=unknown
LABEL org.opencontainers.image.title="mnist" \
      org.opencontainers.image.description="Trains and uses a small convolutional network on MNIST" \
      org.opencontainers.image.revision="$MNIST_REVISION"
ENTRYPOINT ["mnist"]
