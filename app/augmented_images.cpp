#include "augmented_images.hpp"

#include "mnist/dataset.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/image/png_encoder.hpp"
#include "options/shared_options.hpp"
#include "report/pictures.hpp"

namespace mnist {

void draw_augmented(const TrainOptions& options) {
  const Dataset train = load_data(find_data(options.data)).train;
  const GreyImage sheet = augmented_sheet(train, options.settings.trainer.augmentation,
                                          {.epochs = 15, .zoom = 2, .margin = 2});
  write_file_atomically(options.show_augmented, to_png(sheet));
}

}  // namespace mnist
