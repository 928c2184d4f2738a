#!/bin/sh
# Prints a report in Markdown of where libjpeg-turbo spends its time on the first 50 photos of a ZIP archive.
# Needs perf, gcc, unzip and libjpeg62-turbo-dev, whose static library has symbols, in contrast to libturbojpeg.
set -eu

zip=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unzip -q -j "$zip" -d photos
ls photos/* | head -50 > files

cat > decode.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>

#define LIMIT (1 << 26)
#define ROUNDS 40

static unsigned char file[LIMIT], pixels[LIMIT];

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++) {
        FILE *stream = fopen(paths[i], "rb");
        size_t length = fread(file, 1, LIMIT, stream);
        fclose(stream);
        for (int round = 0; round < ROUNDS; round++) {
            struct jpeg_decompress_struct image;
            struct jpeg_error_mgr errors;
            image.err = jpeg_std_error(&errors);
            jpeg_create_decompress(&image);
            jpeg_mem_src(&image, file, length);
            jpeg_read_header(&image, TRUE);
            image.out_color_space = JCS_RGB;
            jpeg_start_decompress(&image);
            size_t stride = (size_t)image.output_width * 3;
            if (stride * image.output_height > LIMIT) {
                return 1;
            }

            while (image.output_scanline < image.output_height) {
                JSAMPROW row = pixels + image.output_scanline * stride;
                jpeg_read_scanlines(&image, &row, 1);
            }

            jpeg_finish_decompress(&image);
            jpeg_destroy_decompress(&image);
        }
    }

    return 0;
}
EOF
gcc -O2 decode.c -o decode "$(gcc -print-file-name=libjpeg.a)"
xargs perf record -q -e cpu-clock -F 2000 -o profile ./decode < files
printf '# decode-profile\n\n    benchmarks/decode-profile.sh PHOTOS.zip\n\n'
printf 'Machine:%s.\n\n' "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2)"
perf report -i profile --stdio --no-children -g none --sort symbol 2> perf.log | awk '
    /^#/ || NF < 3 { next }
    { share = $1 + 0; name = $3 }
    name ~ /decode_mcu|huff|bit_buffer|d_derived/ { huffman += share; next }
    name ~ /idct/ { idct += share; next }
    name ~ /upsample/ { upsampling += share; next }
    name ~ /ycc_rgb/ { color += share; next }
    name ~ /memset/ { clear += share; next }
    { other += share }
    END {
        print "| part of libjpeg-turbo | % of the time |\n|---|---:|"
        printf "| Huffman decoding | %.1f |\n", huffman
        printf "| inverse DCT | %.1f |\n", idct
        printf "| color conversion | %.1f |\n", color
        printf "| clearing coefficients | %.1f |\n", clear
        printf "| upsampling | %.1f |\n", upsampling
        printf "| everything else, including the kernel | %.1f |\n", other
    }'
